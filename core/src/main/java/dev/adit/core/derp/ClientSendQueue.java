package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import org.jspecify.annotations.Nullable;

/// Packets waiting for one client, as finished RecvPacket frames: at most 32 with priority and 32
/// others. When one of the two is full, its oldest makes room (derp §5.2): a sender never waits for
/// a slow receiver, and what arrives is fresh.
///
/// Not thread-safe; [DerpServerSession] guards it.
final class ClientSendQueue {
  static final int CAPACITY = 32;

  /// After so many packets with priority in a row one other goes, so that nobody can starve it.
  private static final int MOST_IN_A_ROW = 8;

  private final Ring priority = new Ring();
  private final Ring other = new Ring();
  private int inARow;
  private @Nullable PublicKey source;

  /// False if the oldest had to go.
  boolean add(PublicKey source, byte[] frame, boolean hasPriority) {
    return (hasPriority ? priority : other).add(source, frame);
  }

  /// The next frame, or null; [#source] tells whose packet it is.
  byte @Nullable [] poll() {
    boolean takesPriority = priority.size > 0 && (inARow < MOST_IN_A_ROW || other.size == 0);
    inARow = takesPriority ? inARow + 1 : 0;
    var ring = takesPriority ? priority : other;
    source = ring.size == 0 ? null : ring.sources[ring.head];
    return ring.poll();
  }

  @Nullable PublicKey source() {
    return source;
  }

  int size() {
    return priority.size + other.size;
  }

  void clear() {
    priority.clear();
    other.clear();
  }

  /// A ring that takes no memory before its first packet.
  private static final class Ring {
    private static final @Nullable PublicKey[] NO_KEYS = {};
    private static final byte[] @Nullable [] NO_FRAMES = {};

    private @Nullable PublicKey[] sources = NO_KEYS;
    private byte[] @Nullable [] frames = NO_FRAMES;
    private int head;
    private int size;

    boolean add(PublicKey source, byte[] frame) {
      if (frames.length == 0) {
        sources = new @Nullable PublicKey[CAPACITY];
        frames = new byte[CAPACITY] @Nullable [];
      }
      boolean room = size < CAPACITY;
      if (!room) {
        poll();
      }
      int tail = (head + size) % CAPACITY;
      sources[tail] = source;
      frames[tail] = frame;
      size++;
      return room;
    }

    byte @Nullable [] poll() {
      if (size == 0) {
        return null;
      }
      byte[] frame = frames[head];
      frames[head] = null;
      sources[head] = null;
      head = (head + 1) % CAPACITY;
      size--;
      return frame;
    }

    void clear() {
      sources = NO_KEYS;
      frames = NO_FRAMES;
      head = 0;
      size = 0;
    }
  }
}
