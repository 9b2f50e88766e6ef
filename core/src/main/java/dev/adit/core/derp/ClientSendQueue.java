package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import org.jspecify.annotations.Nullable;

/// Packets waiting for one client, as finished frames: so many with priority and as many others.
/// When one of the two is full, its oldest makes room (derp §5.2): a sender never waits for a slow
/// receiver, and what arrives is fresh.
///
/// Not thread-safe; [Mailbox] and [ForwardQueue] guard it.
final class ClientSendQueue {
  static final int DEFAULT_CAPACITY = 32;

  /// After so many packets with priority in a row one other goes, so that nobody can starve it.
  private static final int MOST_IN_A_ROW = 8;

  private static final @Nullable QueuedFrame[] NO_SLOTS = {};

  private final int capacity;
  private @Nullable Ring priority; // made when it is needed: most clients are idle
  private @Nullable Ring other;
  private int inARow;

  /// @param capacity how many of each kind
  ClientSendQueue(int capacity) {
    this.capacity = capacity;
  }

  /// Takes out the oldest packet of this kind if at least `limit` wait; else null. To be asked
  /// until null before [#place].
  ///
  /// @param limit 1 to the capacity
  @Nullable QueuedFrame makeRoom(PacketKind kind, int limit) {
    var ring = kind.hasPriority() ? priority : other;
    return ring == null || ring.size < limit ? null : ring.poll(null);
  }

  /// A place for one more packet, which the caller fills at once; there must be room.
  ///
  /// @param spare a frame that nobody needs any more, to be used again
  QueuedFrame place(PacketKind kind, @Nullable QueuedFrame spare) {
    if (kind.hasPriority()) {
      priority = priority == null ? new Ring(capacity) : priority;
      return priority.place(spare);
    }
    other = other == null ? new Ring(capacity) : other;
    return other.place(spare);
  }

  /// The next frame, or null.
  ///
  /// @param spare takes the place of what is handed out
  @Nullable QueuedFrame poll(@Nullable QueuedFrame spare) {
    int urgent = size(priority);
    boolean takesPriority = urgent > 0 && (inARow < MOST_IN_A_ROW || size(other) == 0);
    inARow = takesPriority ? inARow + 1 : 0;
    var ring = takesPriority ? priority : other;
    return ring == null ? null : ring.poll(spare);
  }

  int size() {
    return size(priority) + size(other);
  }

  private static int size(@Nullable Ring ring) {
    return ring == null ? 0 : ring.size;
  }

  /// Empties it, and gives its memory back.
  void clear() {
    priority = null;
    other = null;
  }

  /// Gives its memory back if it is empty.
  void trim() {
    if (size() == 0) {
      clear();
    }
  }

  /// A ring whose places keep their arrays.
  private static final class Ring {
    private final int capacity;
    private @Nullable QueuedFrame[] slots = NO_SLOTS;
    private int head;
    private int size;

    Ring(int capacity) {
      this.capacity = capacity;
    }

    QueuedFrame place(@Nullable QueuedFrame spare) {
      if (size == capacity) {
        throw new IllegalStateException("queue of " + capacity + " packets: no room");
      }
      if (size == slots.length) {
        grow();
      }
      int tail = (head + size) % slots.length;
      size++;
      var slot = slots[tail];
      if (slot == null) {
        slot = spare == null ? new QueuedFrame() : spare;
        slots[tail] = slot;
      }
      return slot;
    }

    private void grow() {
      var more = new @Nullable QueuedFrame[Math.min(capacity, Math.max(8, 2 * slots.length))];
      for (int i = 0; i < size; i++) {
        more[i] = slots[(head + i) % slots.length];
      }
      slots = more;
      head = 0;
    }

    @Nullable QueuedFrame poll(@Nullable QueuedFrame spare) {
      if (size == 0) {
        return null;
      }
      var frame = slots[head];
      slots[head] = spare;
      head = (head + 1) % slots.length;
      size--;
      return frame;
    }
  }

  /// Calls `action` for every packet that waits.
  void forEach(java.util.function.Consumer<QueuedFrame> action) {
    for (var frame = poll(null); frame != null; frame = poll(null)) {
      action.accept(frame);
    }
  }

  /// Adds a finished frame, which is handed over; false if the oldest had to go.
  boolean add(@Nullable PublicKey source, byte[] frame, PacketKind kind) {
    boolean room = makeRoom(kind, capacity) == null;
    place(kind, null).adopt(source, kind, frame);
    return room;
  }
}
