package dev.adit.core.derp;

/// Why a relay did not deliver a packet (derp §5.5), a sentence each.
public enum DropReason {
  UNKNOWN_DESTINATION("The destination is not here or not allowed."),
  UNKNOWN_DESTINATION_FORWARDED(
      "The destination is not here or not allowed; another relay had forwarded the packet."),
  GONE("The destination's connection ended first."),
  QUEUE_HEAD("The oldest of a full queue made room."),
  QUEUE_TAIL("There was no room, and no way to make any."),
  WRITE_ERROR("Writing to the destination's connection failed."),
  DUPLICATE("The destination has several connections of which none is active.");

  private final String sentence;

  DropReason(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
