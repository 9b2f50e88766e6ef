package dev.adit.net.local;

/// Why a local request was not carried out, a sentence each.
public enum LocalRefusal {
  TOO_MANY("Too many connections were open."),
  HOST("`Host` named another host: a web page may have led a browser here."),
  ORIGIN("The request came from a web page."),
  BODY("The body was too long, or in pieces."),
  MALFORMED("No HTTP/1.1 request.");

  private final String sentence;

  LocalRefusal(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
