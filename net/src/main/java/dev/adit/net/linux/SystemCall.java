package dev.adit.net.linux;

/// The system calls we make, by their numbers: those of x86-64, and those that aarch64, riscv64 and
/// all later architectures share.
enum SystemCall {
  SOCKET(41, 198),
  BIND(49, 200),
  CONNECT(42, 203),
  GETSOCKNAME(51, 204),
  SENDTO(44, 206),
  SENDMSG(46, 211),
  RECVFROM(45, 207),
  RECVMSG(47, 212),
  SETSOCKOPT(54, 208),
  GETSOCKOPT(55, 209),
  PPOLL(271, 73),
  EPOLL_CREATE1(291, 20),
  EPOLL_CTL(233, 21),
  EPOLL_PWAIT(281, 22),
  EVENTFD2(290, 19),
  READ(0, 63),
  WRITE(1, 64),
  CLOSE(3, 57),
  OPENAT(257, 56),
  DUP3(292, 24),
  SETSID(112, 157);

  static final boolean X86_64 = System.getProperty("os.arch", "").equals("amd64");

  private final int x86;
  private final int generic;

  SystemCall(int x86, int generic) {
    this.x86 = x86;
    this.generic = generic;
  }

  long number() {
    return X86_64 ? x86 : generic;
  }
}
