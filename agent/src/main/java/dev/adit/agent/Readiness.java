package dev.adit.agent;

import org.jspecify.annotations.Nullable;

/// Is the node usable yet? Interface and addresses up, every peer of the map configured, home relay
/// connected. Tells once: usable, or after 10 s what is missing. Confined to one thread.
final class Readiness {
  static final long PATIENCE_NANOS = 10_000_000_000L;

  private final long began;
  private boolean interfaceUp;
  private boolean joined;
  private boolean relayUp;
  private boolean hasRelay;
  private boolean told;
  private @Nullable String coordinatorTrouble;

  Readiness(long now) {
    began = now;
  }

  /// The interface is as the map wants it.
  void configured() {
    interfaceUp = true;
  }

  /// There is a map.
  ///
  /// @param withRelay false if it lists no relay at all
  void mapHeld(boolean withRelay) {
    joined = true;
    hasRelay = withRelay;
  }

  void relay(boolean up) {
    relayUp = up;
  }

  void coordinatorLost(String why) {
    coordinatorTrouble = why;
  }

  /// True once, when the node has become usable.
  boolean becameUsable() {
    if (told || !interfaceUp || !joined || !relayUp) {
      return false;
    }
    told = true;
    return true;
  }

  /// What is missing, once, when patience has ended; else null.
  @Nullable String missing(long now) {
    if (told || now - began < PATIENCE_NANOS) {
      return null;
    }
    told = true;
    if (!joined) {
      return "no map from the coordinator within 10 s"
          + (coordinatorTrouble == null ? "" : " (" + coordinatorTrouble + ")")
          + "; the agent keeps trying, adit status tells how it goes, adit down ends it";
    }
    if (!interfaceUp) {
      return "the interface is not configured within 10 s; the agent's log says why";
    }
    return hasRelay
        ? "the relay is not connected within 10 s; the agent keeps trying"
        : "the network has no relay: start adit serve without --no-derp, or give it --relay-file";
  }

  long wakeAt() {
    return told ? Long.MAX_VALUE : began + PATIENCE_NANOS;
  }
}
