package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// System calls. Thread-safe.
///
/// All go through one downcall handle of the C library's `syscall`: linking a handle costs 40 to 80
/// ms for the first shape of arguments and 6 ms for every further one, which is a good part of the
/// second in which an agent joins. Every argument is a `long`; pointers are addresses of native
/// segments that the caller keeps alive.
final class Native {
  /// Linked at first use, in a class of its own, so that [#preload] can do it beside other work.
  @SuppressWarnings("restricted")
  private static final class Handle {
    static final MethodHandle SYSCALL =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                    JAVA_LONG),
                Linker.Option.captureCallState("errno"));
  }

  /// Where the linker puts errno.
  private static final ThreadLocal<MemorySegment> ERRNO =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  private Native() {}

  /// Links what the other methods need.
  static void preload() {
    call(SystemCall.CLOSE, -1);
  }

  /// Calls `number` with up to six arguments.
  ///
  /// @return the result, or the negative error number
  static long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
    MemorySegment errno = ERRNO.get();
    try {
      long result = (long) Handle.SYSCALL.invokeExact(errno, call.number(), a, b, c, d, e, f);
      return result == -1 ? -errno.get(JAVA_INT, 0) : result;
    } catch (Throwable t) {
      throw new IllegalStateException("system call failed in the linker", t);
    }
  }

  static long call(SystemCall call, long... arguments) {
    long[] a = new long[6];
    System.arraycopy(arguments, 0, a, 0, arguments.length);
    return call(call, a[0], a[1], a[2], a[3], a[4], a[5]);
  }

  /// @param what the action for the message, such as `cannot open a netlink socket`
  static long checked(String what, long result) throws IOException {
    if (result < 0) {
      throw new ErrnoException(what, (int) -result);
    }
    return result;
  }
}
