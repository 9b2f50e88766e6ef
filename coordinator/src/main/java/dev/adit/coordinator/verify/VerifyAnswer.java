package dev.adit.coordinator.verify;

/// What a foreign relay was answered, as it is counted; a sentence each.
enum VerifyAnswer {
  ALLOWED("The client is a node of the URL's network."),
  REFUSED("The client is none."),
  UNKNOWN_URL("There is no such URL: mistyped, revoked or guessed."),
  MALFORMED("It was no question."),
  TOO_MANY("More than 50 questions a second by one URL.");

  private final String sentence;

  VerifyAnswer(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }
}
