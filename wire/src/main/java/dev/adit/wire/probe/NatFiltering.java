package dev.adit.wire.probe;

/// Whose packets an existing NAT mapping lets in (RFC 4787); codes of CALL.
public enum NatFiltering {
  UNKNOWN,
  /// Endpoint-independent: anybody's.
  EIF,
  /// Address-dependent: those of any port of an address written to before.
  ADF,
  /// Address-and-port-dependent: those of exactly the endpoints written to before.
  APDF;

  @SuppressWarnings("EnumOrdinal") // the order of the constants is that of the codes
  int code() {
    return ordinal();
  }

  static NatFiltering of(int code) {
    return code >= 0 && code < 4 ? values()[code] : UNKNOWN;
  }
}
