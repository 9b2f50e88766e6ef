package dev.adit.coordinator.stream;

import java.util.Locale;

/// Why a join was refused, as it is counted: the codes of control §2 that a join can meet, a
/// sentence each.
enum JoinRefusal {
  JOIN_KEY_UNKNOWN("No such join key, or a wrong secret."),
  JOIN_KEY_EXPIRED("The join key's time is over."),
  JOIN_KEY_USED("The join key was used as often as it may be."),
  JOIN_KEY_REVOKED("The join key was revoked."),
  JOIN_KEY_KIND("The join key is for something else."),
  NODE_KEY_INVALID("The WireGuard key is not usable."),
  NODE_KEY_PROOF("The machine did not prove that it holds the WireGuard key."),
  NODE_KEY_TAKEN("The WireGuard key belongs to another node."),
  ADDRESS_TAKEN("Another node has the address that was asked for."),
  ADDRESS_INVALID("The address that was asked for is none of the network's."),
  NETWORK_FULL("The network has as many nodes as it may, or no free address."),
  RATE_LIMITED("Too many failed joins of one stream or address."),
  UNAVAILABLE("The coordinator could not write."),
  OTHER("Anything else.");

  private final String sentence;

  JoinRefusal(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }

  static JoinRefusal of(String code) {
    for (JoinRefusal refusal : values()) {
      if (refusal.name().toLowerCase(Locale.ROOT).equals(code)) {
        return refusal;
      }
    }
    return OTHER;
  }
}
