package dev.adit.wire.probe;

import org.jspecify.annotations.Nullable;

/// Where a candidate comes from (nat-traversal §2.1); in the order in which candidates are pinged.
public enum CandidateKind {
  /// An interface address.
  HOST(1),
  /// Configuration: a forwarded port, a cloud's public address.
  STATIC(4),
  /// The mapped address a STUN server saw.
  SRFLX(2),
  /// The source of an authenticated probe, not otherwise known.
  PRFLX(6),
  /// A port mapping by PCP, NAT-PMP or UPnP.
  PORTMAP(3),
  /// The public address of a cloud's metadata service.
  CLOUD(8),
  /// First SRFLX address with the local listen port.
  GUESS(5),
  /// Port prediction, valid for one round.
  PREDICT(7),
  /// A UDP relay at which the node is registered; no address.
  RELAY(9);

  private static final @Nullable CandidateKind[] BY_CODE = new CandidateKind[10];

  static {
    for (CandidateKind kind : values()) {
      BY_CODE[kind.code] = kind;
    }
  }

  private final int code;

  CandidateKind(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /// Null for 0 and for codes of a later version, which are skipped.
  public static @Nullable CandidateKind of(int code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
