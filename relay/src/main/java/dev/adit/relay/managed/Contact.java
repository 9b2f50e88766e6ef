package dev.adit.relay.managed;

import dev.adit.core.admission.ContactHealth;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Readings;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// When a relay's coordinator was last heard, and what follows from that (relay-rung RR-41, RR-42).
/// Not thread-safe.
///
/// Wall times are seconds since 1970; others are nanoseconds of the clock that never jumps.
final class Contact {
  private static final Logger LOG = LoggerFactory.getLogger(Contact.class);
  private static final long NEVER = Long.MAX_VALUE;

  /// So long without the coordinator, and records count that clients show (RR-42).
  private static final long APART_SECONDS = 10;

  /// What is written to disk may be older by so much.
  private static final long SAVED_SECONDS = 300;

  private final long graceSeconds;
  private long heard; // wall time; 0: never
  private long saved;
  private long lost; // when the stream ended; NEVER while there is one
  private ContactHealth health = ContactHealth.GREEN;

  /// @param graceSeconds 0 for without end
  /// @param now nanoseconds
  Contact(long graceSeconds, long now) {
    this.graceSeconds = graceSeconds;
    this.lost = now;
  }

  /// What an earlier life has written.
  ///
  /// @param wall when the coordinator was last heard; 0 for never
  void restored(long wall) {
    heard = wall;
    saved = wall;
  }

  void heard(long wall) {
    heard = wall;
  }

  void streamOpened() {
    lost = NEVER;
  }

  void streamLost(long now) {
    lost = now;
  }

  /// Wall time; 0 for never.
  long lastHeard() {
    return heard;
  }

  /// True if there is no stream, and nothing was heard, for 10 s.
  boolean isApart(long now, long wall) {
    return heard != 0
        && lost != NEVER
        && now - lost >= TimeUnit.SECONDS.toNanos(APART_SECONDS)
        && wall - heard >= APART_SECONDS;
  }

  /// True if nobody may be served any more.
  boolean isGraceOver(long wall) {
    return graceSeconds > 0 && heard > 0 && wall - heard > graceSeconds;
  }

  boolean isUnsaved() {
    return heard > saved;
  }

  /// True if what is written is too old to be what a restarted relay goes by.
  boolean isSavedLongAgo() {
    return heard - saved > SAVED_SECONDS;
  }

  void saved() {
    saved = heard;
  }

  /// Says in the log when it has become yellow or red.
  void timeReached(long wall) {
    var before = health;
    health = ContactHealth.of(since(wall), graceSeconds);
    if (health == before) {
      return;
    }
    switch (health) {
      case GREEN -> {} // that there is a stream again was told
      case YELLOW ->
          LogLine.warn(LOG, "relay_contact_yellow")
              .log(
                  "the coordinator has not been heard for 10 minutes; nodes it removes are served");
      case RED ->
          LogLine.error(LOG, "relay_contact_red")
              .log("the coordinator has not been heard for 80 % of the grace time; then all ends");
    }
  }

  /// Seconds; −1 if there was none.
  private long since(long wall) {
    return heard == 0 ? -1 : Math.max(0, wall - heard);
  }

  void read(long wall, Readings into) {
    long since = since(wall);
    into.gauge(
        "adit_relay_coordinator_contact_seconds",
        "Since the coordinator was last heard; −1: never.",
        since);
    into.gauge(
        "adit_relay_coordinator_health",
        "How long the coordinator was not heard: 0 for not long, 1 for 10 minutes, 2 for 80 % of"
            + " the grace time.",
        ContactHealth.of(since, graceSeconds).level());
  }
}
