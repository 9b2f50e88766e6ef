package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What all sockets here are made with: the numbers of `sys/socket.h`, by their names there without
/// the prefixes that C needs.
final class Sockets {
  static final int INET = 2;
  static final int INET6 = 10;
  static final int NETLINK = 16;

  static final int DGRAM = 2;
  static final int RAW = 3;

  static final int SOL_IP = 0;
  static final int SOL_SOCKET = 1;
  static final int SOL_IPV6 = 41;
  static final int SOL_UDP = 17;
  static final int SOL_NETLINK = 270;

  static final int SO_SNDBUF = 7;
  static final int SO_RCVBUF = 8;
  static final int SO_ATTACH_FILTER = 26;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;
  static final int SO_MARK = 36;

  static final int MSG_TRUNC = 0x20;
  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_NOSIGNAL = 0x4000;

  static final int SOCKADDR_IN = 16;
  static final int SOCKADDR_IN6 = 28;

  /// In `poll` and `ppoll`: there is something to read.
  static final short POLLIN = 1;

  private static final int CLOEXEC = 0x80000;

  private Sockets() {}

  /// Opens a socket that no program we start inherits.
  ///
  /// @return the descriptor, or the negative error number
  static long tryOpen(int family, int type, int protocol) {
    return Native.call(SystemCall.SOCKET, family, type | CLOEXEC, protocol);
  }

  /// @param what the action for the message of a failure
  static int open(String what, int family, int type, int protocol) throws IOException {
    return (int) Native.checked(what, tryOpen(family, type, protocol));
  }

  /// @return a negative error number if the kernel refused
  static long trySet(int descriptor, int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cell = arena.allocateFrom(JAVA_INT, value);
      return Native.call(SystemCall.SETSOCKOPT, descriptor, level, option, cell.address(), 4);
    }
  }

  /// @param what the action for the message of a failure
  static void set(String what, int descriptor, int level, int option, int value)
      throws IOException {
    Native.checked(what, trySet(descriptor, level, option, value));
  }

  static void close(int descriptor) {
    Native.call(SystemCall.CLOSE, descriptor);
  }
}
