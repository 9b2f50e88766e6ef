package dev.adit.net.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/// Makes this process independent of the terminal and of the program that started it.
public final class Detachment {
  private static final int AT_FDCWD = -100;
  private static final int O_WRONLY_CREAT_APPEND_CLOEXEC = 0x1 | 0x40 | 0x400 | 0x80000;
  private static final int MODE = 0600;
  private static final int STANDARD_ERROR = 2;

  private Detachment() {}

  /// From now on standard error, the Java machine's own words included, is appended to `log` (mode
  /// 0600), and the end of the terminal or of its session is none of our business.
  public static void detach(Path log) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      String what = "cannot open " + log;
      long name = arena.allocateFrom(log.toAbsolutePath().toString()).address();
      long file =
          Native.checked(
              what,
              Native.call(SystemCall.OPENAT, AT_FDCWD, name, O_WRONLY_CREAT_APPEND_CLOEXEC, MODE));
      try {
        Native.checked(what, Native.call(SystemCall.DUP3, file, STANDARD_ERROR, 0));
      } finally {
        Native.call(SystemCall.CLOSE, file);
      }
    }
    Native.call(SystemCall.SETSID); // fails only where it is so already
  }
}
