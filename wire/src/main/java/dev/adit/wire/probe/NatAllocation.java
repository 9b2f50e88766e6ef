package dev.adit.wire.probe;

/// How a hard NAT chooses ports; codes of CALL.
public enum NatAllocation {
  UNKNOWN,
  PRESERVING,
  SEQUENTIAL,
  RANDOM;

  @SuppressWarnings("EnumOrdinal") // the order of the constants is that of the codes
  int code() {
    return ordinal();
  }

  static NatAllocation of(int code) {
    return code >= 0 && code < 4 ? values()[code] : UNKNOWN;
  }
}
