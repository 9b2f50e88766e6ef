package dev.adit.net.certificates;

/// Why there is no new certificate, for whoever counts. The one there is stays.
public enum CertificateFailure {
  FILES("Changed files could not be used."),
  UNREACHABLE("The authority did not answer, or not over TLS that is trusted."),
  ACCOUNT("The authority does not accept the account."),
  CHALLENGE("The authority did not find the proof that a name is this server's."),
  RATE_LIMIT("The authority has had too many orders."),
  REFUSED("The authority refuses for another reason, such as a name it issues nothing for."),
  TIMEOUT("The authority did not come to an end in time."),
  UNUSABLE("What was issued cannot be used or kept.");

  private final String sentence;

  CertificateFailure(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }
}
