package dev.adit.agent;

import dev.adit.core.control.MapOutput;
import dev.adit.wire.control.ControlMessage;
import org.jspecify.annotations.Nullable;

/// What of the coordinator's maps was not taken as it came, a sentence each.
enum MapRefusal {
  GAP("A delta did not fit, or a head was not good: the whole map was asked for."),
  OLDER_RECORD("A record was older than the one held, which was shown to the coordinator."),
  NOT_UNDERSTOOD("A record or message needs a newer version of this program."),
  SUSPENDED("The peers were put away: the coordinator does not know this node, or is too new."),
  CONTRADICTION("Heads were not good twice in a row: the stream was ended.");

  private final String sentence;

  MapRefusal(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }

  /// What an output of the follower means; null for those that take the map. No switch: its first
  /// use costs milliseconds, and this is in the second in which a node joins.
  static @Nullable MapRefusal of(MapOutput output) {
    if (output instanceof MapOutput.Send send) {
      return ofMessage(send.message());
    }
    if (output instanceof MapOutput.Suspended) {
      return SUSPENDED;
    }
    return output instanceof MapOutput.EndStream ? CONTRADICTION : null;
  }

  private static @Nullable MapRefusal ofMessage(ControlMessage message) {
    if (message instanceof ControlMessage.Resync) {
      return GAP;
    }
    if (message instanceof ControlMessage.Newer) {
      return OLDER_RECORD;
    }
    return message instanceof ControlMessage.Unsupported ? NOT_UNDERSTOOD : null;
  }
}
