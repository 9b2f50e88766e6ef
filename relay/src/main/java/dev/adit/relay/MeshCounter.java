package dev.adit.relay;

/// What a relay counts of its links to the others of its region, a sentence each.
public enum MeshCounter {
  LINKS_MADE("Links to other relays of the region that came up; more than there are: reconnects."),
  LINKS_LOST("Links to other relays of the region that ended after they had come up."),
  PACKETS_DROPPED(
      "Packets for other relays that were dropped because their link was slow or had ended.");

  private final String sentence;

  MeshCounter(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
