package dev.adit.core.netcheck;

/// Whether UDP of one address family gets out and back (R-STUN-24).
public enum UdpVerdict {
  /// Nothing asked yet, or no server known.
  UNKNOWN,
  /// An answer came.
  WORKS,
  /// 3 s without an answer, but from one server address only: it may be the server.
  NO_ANSWER,
  /// 3 s without any answer from several server addresses, also on port 443.
  BLOCKED
}
