package dev.adit.net.frontdoor;

/// A version of TLS, as it is counted.
enum TlsVersion {
  V1_2("1.2", "TLS 1.2."),
  V1_3("1.3", "TLS 1.3."),
  UNKNOWN("unknown", "Anything else.");

  final String label;
  final String sentence;

  TlsVersion(String label, String sentence) {
    this.label = label;
    this.sentence = sentence;
  }

  /// @param protocol as `SSLSession` names it
  static TlsVersion of(String protocol) {
    return switch (protocol) {
      case "TLSv1.3" -> V1_3;
      case "TLSv1.2" -> V1_2;
      default -> UNKNOWN;
    };
  }
}
