package dev.adit.core.path;

/// Why something that arrived went no further. Counted per node, a sentence each.
public enum DropReason {
  NOT_OURS("Neither WireGuard nor a probe."),
  UNKNOWN_PEER("From a relay client that is no peer in the map."),
  KEPT_FOR_LATER(
      "An initiation of a key not yet in the map; delivered if the map brings it in time."),
  UNKNOWN_SOURCE("WireGuard packet from an address no authenticated probe has come from."),
  NO_PATH("WireGuard sent while neither relay nor any path was there."),
  BAD_HEADER("Probe magic, but a wrong version, form or length."),
  UNKNOWN_SENDER("Probe with a sender id that no peer announced."),
  TOO_MANY("More probes from one address, or HELLOs of one peer, than are opened per second."),
  NOT_AUTHENTIC("Probe or HELLO that does not open under the keys of its sender."),
  REPLAYED("Probe with a counter seen before, or too old."),
  MALFORMED("Authentic probe that is shorter than its type requires."),
  WRONG_CHANNEL("CALL or HELLO outside the relay, or PING and PONG inside it."),
  LATE_PONG("PONG that answers none of our outstanding pings."),
  REFUSED_SOURCE("Probe from an address of our own, of the overlay, or that nobody can have."),
  UNKNOWN_TYPE("Authentic probe of a type this version does not know.");

  private final String sentence;

  DropReason(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
