package dev.adit.agent;

import org.jspecify.annotations.Nullable;

/// Is the node usable yet? Interface and addresses up, every peer of the map configured, home relay
/// connected. Tells once: usable, or after 10 s what is missing; until then each second what is
/// waited for, where that is new. Confined to one thread.
///
/// While the coordinator asks to come again later, the 10 s do not run; a time limit of the user's
/// does.
final class Readiness {
  static final long PATIENCE_NANOS = 10_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final String GOES_ON =
      "; the agent keeps trying, adit status tells how it goes, adit down ends it";

  private final Agent.Progress progress;
  private final long patience;
  private final boolean limited;
  private long deadline;
  private long sayAt;
  private boolean interfaceUp;
  private boolean joined;
  private boolean relayUp;
  private boolean hasRelay;
  private boolean told;
  private @Nullable String coordinatorTrouble;
  private @Nullable String saidCode;
  private String saidAwaited = "";
  private String unprepared = "";

  /// @param limitSeconds what the user allows in all; 0 for the 10 s
  Readiness(Agent.Progress progress, long limitSeconds, long now) {
    this.progress = progress;
    limited = limitSeconds > 0;
    patience = limited ? limitSeconds * SECOND : PATIENCE_NANOS;
    deadline = now + patience;
    sayAt = now + SECOND;
  }

  /// The interface is as the map wants it.
  void configured() {
    interfaceUp = true;
  }

  /// The interface is not usable before an administrator has done this; the user hears of it.
  void unprepared(String what) {
    unprepared = what;
    if (!told) {
      progress.note(what);
    }
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

  /// The coordinator asks to come again; the user hears of each reason once.
  ///
  /// @param text ends with when the next try is
  void postponed(String code, String text, long nanos, long now) {
    coordinatorTrouble = text;
    if (told) {
      return;
    }
    if (!limited) {
      deadline = now + nanos + nanos / 5 + patience; // a fifth later at most (Reconnect)
    } else if (now + nanos >= deadline) {
      tell(text + GOES_ON);
      return;
    }
    if (!code.equals(saidCode)) {
      saidCode = code;
      progress.note(text);
    }
  }

  /// True once, when the node has become usable.
  boolean becameUsable() {
    if (told || !interfaceUp || !joined || !relayUp) {
      return false;
    }
    told = true;
    return true;
  }

  void timeReached(long now) {
    if (told) {
      return;
    }
    if (now >= deadline) {
      tell(missing());
    } else if (now >= sayAt) {
      sayAt = now + SECOND;
      String awaited = awaited();
      if (!awaited.equals(saidAwaited)) {
        saidAwaited = awaited;
        progress.awaiting(awaited);
      }
    }
  }

  private void tell(String what) {
    told = true;
    progress.waiting(what);
    AgentLog.open();
  }

  private String missing() {
    String within = " within " + patience / SECOND + " s";
    if (!joined) {
      String trouble = coordinatorTrouble == null ? "" : " (" + coordinatorTrouble + ")";
      return "no map from the coordinator" + within + trouble + GOES_ON;
    }
    if (!interfaceUp) {
      return unprepared.isEmpty()
          ? "the interface is not configured" + within + "; the agent's log says why"
          : unprepared + GOES_ON;
    }
    return hasRelay
        ? "the relay is not connected" + within + "; the agent keeps trying"
        : "the network has no relay: start adit serve without --no-derp, or give it --relay-file";
  }

  private String awaited() {
    if (!joined) {
      return "waiting for the coordinator"
          + (coordinatorTrouble == null ? "" : ": " + coordinatorTrouble);
    }
    return interfaceUp ? "waiting for the relay" : "waiting for the interface";
  }

  long wakeAt() {
    return told ? Long.MAX_VALUE : Math.min(deadline, sayAt);
  }
}
