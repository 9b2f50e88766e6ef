package dev.adit.wire.probe;

/// When a NAT gives one local endpoint a second external one (RFC 4787); codes of CALL.
public enum NatMapping {
  UNKNOWN,
  /// Endpoint-independent: never. An easy NAT, or none.
  EIM,
  /// Address-dependent: per destination address.
  ADM,
  /// Address-and-port-dependent: per destination endpoint.
  APDM;

  public boolean isHard() {
    return this == ADM || this == APDM;
  }

  @SuppressWarnings("EnumOrdinal") // the order of the constants is that of the codes
  int code() {
    return ordinal();
  }

  static NatMapping of(int code) {
    return code >= 0 && code < 4 ? values()[code] : UNKNOWN;
  }
}
