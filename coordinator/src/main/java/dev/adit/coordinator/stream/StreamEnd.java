package dev.adit.coordinator.stream;

import dev.adit.core.control.CloseCode;
import java.util.Locale;

/// Why a stream ended, as it is counted; a sentence each.
enum StreamEnd {
  GONE("The agent ended it, or the connection broke."),
  HANDSHAKE_REFUSED("The Noise handshake was not meant for this coordinator."),
  HANDSHAKE_TIMEOUT("The handshake, or the first message after it, did not come in time."),
  UNREADABLE("A message did not open: damaged, replayed, or of somebody else."),
  SILENT("Nothing came for too long."),
  NOT_JOINED("The machine joined nothing in time."),
  SUPERSEDED("A newer stream of the same machine took its place."),
  DUPLICATE_MACHINE("Two machines use one identity: a copied disk."),
  VERSION("No common version of the protocol."),
  PROTOCOL("A message that is not allowed."),
  RATE_LIMITED("Too many failed joins, or too many maps asked for."),
  NOT_READING("More than 16 MiB waited for an agent that did not read."),
  TOO_FAST("More than 64 messages waited before the hub."),
  MAP_NOT_READY("Its map could not be made in time."),
  OTHER("Anything else.");

  private final String sentence;

  StreamEnd(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }

  /// Can a stream end so before the machine has proven its key?
  boolean beforeProof() {
    return switch (this) {
      case GONE, HANDSHAKE_REFUSED, HANDSHAKE_TIMEOUT, UNREADABLE, OTHER -> true;
      case SILENT,
          NOT_JOINED,
          SUPERSEDED,
          DUPLICATE_MACHINE,
          VERSION,
          PROTOCOL,
          RATE_LIMITED,
          NOT_READING,
          TOO_FAST,
          MAP_NOT_READY ->
          false;
    };
  }

  /// And after that?
  boolean afterProof() {
    return this != HANDSHAKE_REFUSED && this != HANDSHAKE_TIMEOUT;
  }

  /// What a [CoordinatorSession.Output.Close] means.
  ///
  /// @param why a code of [dev.adit.wire.control.ErrorCode], `superseded`, or a sentence
  /// @param proven whether the machine had proven its key
  static StreamEnd of(int code, String why, boolean proven) {
    if (code == CloseCode.HANDSHAKE_REFUSED) {
      return HANDSHAKE_REFUSED;
    }
    if (code == CloseCode.PROTOCOL_ERROR) {
      return UNREADABLE;
    }
    if (why.indexOf(' ') >= 0) { // the session's own: a time limit was over
      return proven ? SILENT : HANDSHAKE_TIMEOUT;
    }
    for (StreamEnd end : values()) {
      if (end.name().toLowerCase(Locale.ROOT).equals(why)) {
        return end;
      }
    }
    return OTHER;
  }
}
