package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Wakes a thread that waits in `ppoll`, for it to end: an eventfd, which is readable from the
/// signal on.
final class StopSignal implements AutoCloseable {
  private static final int EFD_CLOEXEC = 0x80000;

  private final int descriptor;

  StopSignal() throws IOException {
    descriptor =
        (int)
            Native.checked(
                "cannot open an eventfd", Native.call(SystemCall.EVENTFD2, 0, EFD_CLOEXEC));
  }

  int descriptor() {
    return descriptor;
  }

  /// Any thread.
  void signal() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
      Native.call(SystemCall.WRITE, descriptor, one.address(), 8);
    }
  }

  /// Once nothing waits for it.
  @Override
  public void close() {
    Sockets.close(descriptor);
  }
}
