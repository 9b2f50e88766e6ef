package dev.adit.core.certificates;

import dev.adit.wire.MalformedException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/// When the next certificate is ordered. Immutable: what happens makes another plan of it.
///
///     issued(validity) ─▶ waits until a third of the lifetime is left ─▶ due
///     refused(when)    ─▶ waits 1 min, then 2, 4 … 30 min             ─▶ due again
///
/// By the wall clock, because certificates are, and because the waiting after a refusal outlives the
/// program: authorities count orders, and a server that is restarted in a loop must not use them
/// up. A wait longer than [#LONGEST_WAIT] only shows that the clock was set back, and is over.
///
/// @param validity of the certificate there is; null if there is none yet
/// @param failures refusals since the last certificate
/// @param notBefore no order before this moment
public record RenewalPlan(@Nullable Validity validity, int failures, Instant notBefore) {
  public static final Duration FIRST_WAIT = Duration.ofMinutes(1);
  public static final Duration LAST_WAIT = Duration.ofMinutes(30);

  /// An authority may ask for more patience than [#LAST_WAIT], but for no more than this.
  public static final Duration LONGEST_WAIT = Duration.ofDays(1);

  /// Between two certificates, so that one that is born old does not make us order without end.
  public static final Duration SHORTEST_LIFE = Duration.ofSeconds(10);

  /// The times within a certificate.
  public record Validity(Instant from, Instant until) {
    /// When two thirds of it have passed.
    public Instant renewAt() {
      return until.minus(Duration.between(from, until).dividedBy(3));
    }
  }

  /// Nothing there, nothing tried.
  public static final RenewalPlan NEW = new RenewalPlan(null, 0, Instant.EPOCH);

  /// With another certificate than that of the plan, as found after a restart.
  public RenewalPlan having(Validity found) {
    return new RenewalPlan(found, failures, notBefore);
  }

  /// The authority has issued one.
  public RenewalPlan issued(Validity issued, Instant wallClock) {
    return new RenewalPlan(issued, 0, wallClock.plus(SHORTEST_LIFE));
  }

  /// An order failed, for whatever reason. The certificate there is stays.
  ///
  /// @param patience how long the authority wants not to be asked; null if it did not say
  public RenewalPlan refused(Instant wallClock, @Nullable Duration patience) {
    var wait = FIRST_WAIT;
    for (int i = 0; i < failures && wait.compareTo(LAST_WAIT) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    wait = min(wait, LAST_WAIT);
    if (patience != null && patience.compareTo(wait) > 0) {
      wait = min(patience, LONGEST_WAIT);
    }
    return new RenewalPlan(validity, failures + 1, wallClock.plus(wait));
  }

  /// When to order; not after `wallClock` if at once.
  public Instant dueAt(Instant wallClock) {
    Instant allowed = notBefore.isAfter(wallClock.plus(LONGEST_WAIT)) ? wallClock : notBefore;
    Instant wanted = validity == null ? wallClock : validity.renewAt();
    return wanted.isAfter(allowed) ? wanted : allowed;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /// What is to be kept over a restart, the certificate aside: one line.
  public String text() {
    return failures + " " + notBefore + "\n";
  }

  /// @param text what [#text] made
  public static RenewalPlan parse(String text) throws MalformedException {
    var words = text.strip().split(" ", 2);
    try {
      int failures = Integer.parseInt(words[0]);
      if (words.length == 2 && failures >= 0) {
        return new RenewalPlan(null, failures, Instant.parse(words[1]));
      }
    } catch (NumberFormatException | DateTimeParseException e) {
      // falls through
    }
    throw new MalformedException("renewal plan: not a number and a time");
  }
}
