package dev.adit.core.derp;

/// Whether a relay is asked to read more than it may in all, which its clients are told. It is over
/// when that has not been so for 10 seconds. Thread-safe: its lock is held for a few instructions.
final class Overload {
  private static final long OVER_AFTER = 10_000_000_000L;
  private static final long NONE = Long.MAX_VALUE;

  private volatile long until = NONE;

  /// The relay owes its total limit; true if it did not before.
  synchronized boolean noted(long now) {
    boolean begins = until == NONE;
    until = now + OVER_AFTER;
    return begins;
  }

  boolean isNow() {
    return until != NONE;
  }

  /// True once, when it is over.
  boolean isOver(long now) {
    if (now < until) { // nearly always, and without the lock
      return false;
    }
    synchronized (this) {
      boolean over = now >= until;
      until = over ? NONE : until;
      return over;
    }
  }
}
