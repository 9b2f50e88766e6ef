package dev.adit.agent;

/// How a try to reach the coordinator ended, as it is counted; a sentence each.
enum StreamTry {
  WELCOMED("The coordinator knows this machine; the stream is up."),
  NO_CONNECTION("No TCP or TLS connection."),
  NO_IDENTITY("The server has no identity document, or one that cannot be read."),
  IDENTITY_REFUSED("The identity is not that of the coordinator this node trusts."),
  BUSY("The coordinator asked to come again later (HTTP 503)."),
  NO_STREAM(
      "The server did not open a stream: an old version, or a proxy that does not let it pass."),
  NOT_WELCOMED("The stream ended before the coordinator's welcome."),
  DISTRUSTED("What the coordinator said in its welcome is not to be trusted."),
  GIVEN_UP("Another try was faster.");

  private final String sentence;

  StreamTry(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }
}
