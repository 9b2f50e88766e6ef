package dev.adit.relay.admission;

/// What came of asking somebody about a client, as it is counted; a sentence each.
public enum VerifyOutcome {
  ADMITTED("Admitted.", true),
  REMEMBERED("Admitted by an answer of the last seconds.", true),
  FAILED_OPEN("Admitted because nobody answered, as --verify-url-fail-open wants it.", true),
  REFUSED("Refused.", false),
  REFUSED_REMEMBERED("Refused by an answer of the last seconds.", false),
  BAD_ANSWER("Refused, because the answer was none: another status than 200, or no JSON.", false),
  TOO_OLD("Refused, because the daemon is too old to be asked about a key.", false),
  UNREACHABLE("Refused, because nobody could be asked.", false),
  TIMEOUT("Refused, because no answer came within 5 s.", false),
  BUSY("Refused, because too many others waited for an answer.", false);

  private final String sentence;
  private final boolean admits;

  VerifyOutcome(String sentence, boolean admits) {
    this.sentence = sentence;
    this.admits = admits;
  }

  public String sentence() {
    return sentence;
  }

  public boolean admits() {
    return admits;
  }

  /// Whether it is an answer to the question, so that it may be remembered.
  boolean isAnswer() {
    return this == ADMITTED || this == REFUSED;
  }
}
