package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.NEVER;

import java.util.random.RandomGenerator;

/// When to try all candidates of a peer: soon and often after an event, then ever less (§3.5).
final class RoundSchedule {
  private final RandomGenerator random;
  private int index;
  private long base;
  private long next = NEVER;

  RoundSchedule(RandomGenerator random) {
    this.random = random;
  }

  /// An event: the first round is due now. Called again before that round, it changes nothing.
  void restart(long now) {
    index = 0;
    base = now;
    next = now;
  }

  void stop() {
    next = NEVER;
  }

  long next() {
    return next;
  }

  /// The round due at `next` was begun.
  ///
  /// @param directLostAt when a direct path was last lost
  /// @param hopeless hard NATs on both sides
  void begun(long now, long directLostAt, boolean hopeless) {
    index++;
    if (index < PathTimers.ROUNDS.length) {
      next = Math.max(base + PathTimers.ROUNDS[index], now);
    } else if (hopeless && now - base >= PathTimers.ROUND_HOPELESS_AFTER) {
      next = now + PathTimers.ROUND_HOPELESS;
    } else if (!hopeless && now - directLostAt < PathTimers.ROUND_AFTER_LOSS_FOR) {
      next = now + PathTimers.ROUND_AFTER_LOSS;
    } else if (index == PathTimers.ROUNDS.length && !hopeless) {
      next = now + PathTimers.ROUND_SECOND_LAST;
    } else {
      next = now + PathTimers.jitter(PathTimers.ROUND_LAST, 20, random);
    }
  }
}
