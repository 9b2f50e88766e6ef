package dev.adit.net.linux;

import java.io.IOException;

/// The kernel (or wireguard-go, which answers with the same numbers) refused something.
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int EOPNOTSUPP = 95;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int ENETUNREACH = 101;
  public static final int ENOBUFS = 105;
  public static final int EHOSTUNREACH = 113;

  private static final int ESRCH = 3;
  private static final int EADDRNOTAVAIL = 99;

  private final int errno;

  /// @param what the action, such as `cannot add 10.9.0.1/24 to adit0`
  ErrnoException(String what, int errno) {
    super(what + ": " + text(errno));
    this.errno = errno;
  }

  /// Positive, as in `errno.h`.
  public int errno() {
    return errno;
  }

  /// True if what was named does not exist (any more): a state of the machine, not a failure.
  public boolean isGone() {
    return errno == ENODEV || errno == ENOENT || errno == ESRCH || errno == EADDRNOTAVAIL;
  }

  private static String text(int errno) {
    return switch (errno) {
      case EPERM -> "operation not permitted; run as root or grant CAP_NET_ADMIN";
      case ENOENT -> "no such thing";
      case ESRCH -> "no such route";
      case 5 -> "input/output error";
      case EACCES -> "permission denied; run as root or grant CAP_NET_ADMIN";
      case 16 -> "device or resource busy";
      case EEXIST -> "it exists already";
      case ENODEV -> "no such interface";
      case EINVAL -> "invalid argument";
      case 24 -> "too many open files";
      case 28 -> "no space left";
      case 34 -> "out of range";
      case 71 -> "protocol error";
      case 93, EOPNOTSUPP -> "not supported by this kernel";
      case EAFNOSUPPORT -> "address family not supported; is IPv6 switched off?";
      case EADDRINUSE -> "the port is in use";
      case EADDRNOTAVAIL -> "no such address";
      case 100 -> "the interface is down";
      case ENETUNREACH -> "network unreachable";
      case ENOBUFS -> "no buffer space";
      case EHOSTUNREACH -> "no route to that host";
      default -> "error " + errno;
    };
  }
}
