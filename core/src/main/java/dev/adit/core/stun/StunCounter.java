package dev.adit.core.stun;

/// What a STUN server counts, a sentence each.
public enum StunCounter {
  ANSWERED("Binding requests answered."),
  ANSWERED_SHORT("Requests answered that have Tailscale's form, and get its short answer."),
  ANSWERED_ELSEWHERE(
      "Requests answered from another address or port, or to another port (RFC 5780)."),
  ERRORS("Requests answered with error 420, because they ask for what is not offered."),
  NOT_STUN("Datagrams that are not STUN requests, or damaged ones."),
  LIMITED("Requests not answered, because their source or its network asks too often.");

  private final String sentence;

  StunCounter(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }

  /// Where counts go; must be thread-safe if responders of several threads share it.
  @FunctionalInterface
  public interface Sink {
    void add(StunCounter counter, long amount);
  }
}
