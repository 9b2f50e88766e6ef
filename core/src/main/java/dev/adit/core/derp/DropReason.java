package dev.adit.core.derp;

/// Why a relay did not deliver a packet (derp §5.5), a sentence each.
///
/// Three of the reference's reasons cannot occur here: making room in a full queue always succeeds
/// (`queue_tail`), of several connections one is always active (`dup_client`), and a packet counts
/// as sent once its connection has taken it, which a connection that has ended does not: those are
/// `gone` (`write_error`).
public enum DropReason {
  UNKNOWN_DESTINATION("The destination is not here or not allowed."),
  UNKNOWN_DESTINATION_FORWARDED(
      "The destination is not here or not allowed; another relay had forwarded the packet."),
  GONE("The destination's connection ended first."),
  QUEUE_HEAD("The oldest of a full queue made room.");

  private final String sentence;

  DropReason(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
