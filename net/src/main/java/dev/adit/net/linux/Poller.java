package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Waits until one of many descriptors has something to read, or somebody wakes it: epoll and an
/// eventfd. Confined to one thread, but for [#wake]. A wait allocates nothing.
public final class Poller implements AutoCloseable {
  private static final int MOST_READY = 64;

  private static final int CLOEXEC = 0x80000;
  private static final int NONBLOCK = 0x800;
  private static final int EPOLLIN = 1;
  private static final int ADD = 1;

  // struct epoll_event: u32 events, u64 data; without a gap between them on x86-64 only
  private static final int EVENT = SystemCall.X86_64 ? 12 : 16;
  private static final int DATA = SystemCall.X86_64 ? 4 : 8;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment events = arena.allocate((long) MOST_READY * EVENT, 8);
  private final MemorySegment counter = arena.allocate(8, 8);
  private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
  private final int epoll;
  private final int wake;
  private int found;
  private int taken;
  private boolean isClosed;

  public Poller() throws IOException {
    epoll =
        (int)
            Native.checked("cannot open an epoll", Native.call(SystemCall.EPOLL_CREATE1, CLOEXEC));
    long opened = Native.call(SystemCall.EVENTFD2, 0, CLOEXEC | NONBLOCK);
    wake = (int) opened;
    try {
      Native.checked("cannot open an eventfd", opened);
      add(wake);
    } catch (IOException e) {
      Sockets.close(epoll);
      throw e;
    }
  }

  /// Watches a socket until it is closed. Also before the thread runs that waits.
  public void add(int descriptor) throws IOException {
    try (Arena shortly = Arena.ofConfined()) {
      MemorySegment event = shortly.allocate(EVENT, 8);
      event.set(JAVA_INT, 0, EPOLLIN);
      event.set(JAVA_INT_UNALIGNED, DATA, descriptor);
      long added = Native.call(SystemCall.EPOLL_CTL, epoll, ADD, descriptor, event.address());
      Native.checked("cannot wait for a socket", added);
    }
  }

  /// Waits until something can be read, [#wake] was called since the last wait, or the time is
  /// over; ask [#next] then.
  ///
  /// @param millis 0: does not wait; negative: as long as it takes
  public void await(int millis) {
    taken = 0;
    long result =
        Native.call(SystemCall.EPOLL_PWAIT, epoll, events.address(), MOST_READY, millis, 0, 8);
    found = (int) Math.max(result, 0); // EINTR: nothing found
  }

  /// @return the descriptor of a socket that can be read, or −1 if there is no further one
  public int next() {
    while (taken < found) {
      int descriptor = events.get(JAVA_INT_UNALIGNED, (long) taken++ * EVENT + DATA);
      if (descriptor != wake) {
        return descriptor;
      }
      Native.call(SystemCall.READ, wake, counter.address(), 8, 0, 0, 0);
    }
    return -1;
  }

  /// Ends the present wait, or the next one at once; nothing after [#close]. Any thread.
  public synchronized void wake() {
    if (!isClosed) {
      Native.call(SystemCall.WRITE, wake, one.address(), 8, 0, 0, 0);
    }
  }

  /// Once nothing waits any more. The lock keeps a late [#wake] from a descriptor that is
  /// another's.
  @Override
  public synchronized void close() {
    isClosed = true;
    Sockets.close(wake);
    Sockets.close(epoll);
    arena.close();
  }
}
