package dev.adit.agent;

import dev.adit.core.helper.SendRules;

/// Why a helper did not do what it was asked for, a sentence each.
enum HelperRefusal {
  FOREIGN_USER("A user whom it does not serve connected."),
  FOREIGN_INTERFACE("The interface is none of those it may change."),
  BUSY("Another agent has the interface."),
  FRAME_TOO_LONG("A frame was longer than 65,536 bytes."),
  MALFORMED("A frame was none, came out of turn, or was of another release."),
  NETWORK("An address, range, route or number of peers that it does not allow."),
  PAYLOAD_TOO_LONG(SendRules.Verdict.TOO_LONG.sentence()),
  PAYLOAD_NOT_ALLOWED(SendRules.Verdict.NOT_ALLOWED.sentence()),
  TOO_MANY_SENT(SendRules.Verdict.TOO_MANY.sentence());

  private final String sentence;

  HelperRefusal(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }

  /// @param verdict one that is not sent
  static HelperRefusal of(SendRules.Verdict verdict) {
    return switch (verdict) {
      case TOO_LONG -> PAYLOAD_TOO_LONG;
      case NOT_ALLOWED -> PAYLOAD_NOT_ALLOWED;
      case TOO_MANY -> TOO_MANY_SENT;
      case PROBE, DATA -> throw new IllegalArgumentException("is sent");
    };
  }
}
