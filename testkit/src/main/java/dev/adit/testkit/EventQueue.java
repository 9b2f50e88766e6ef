package dev.adit.testkit;

import java.util.PriorityQueue;

/// What will happen in a simulation, in the order of its time; events of one time in the order in
/// which they were planned, so that a seed decides everything.
public final class EventQueue {
  private static final int MAX_AT_ONE_TIME = 1_000_000;

  private record Event(long at, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          (a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.number, b.number));
  private final ManualClock clock;
  private long planned;
  private int atOneTime;

  public EventQueue(ManualClock clock) {
    this.clock = clock;
  }

  public long now() {
    return clock.now();
  }

  /// Plans an event; a time that has passed means now.
  public void at(long time, Runnable action) {
    events.add(new Event(Math.max(time, clock.now()), planned++, action));
  }

  public void after(long nanos, Runnable action) {
    at(clock.now() + nanos, action);
  }

  /// Lets everything happen up to and including `end`, then sets the clock to it.
  public void runUntil(long end) {
    for (Event next = events.peek(); next != null && next.at <= end; next = events.peek()) {
      events.remove();
      atOneTime = next.at > clock.now() ? 0 : atOneTime + 1;
      if (atOneTime > MAX_AT_ONE_TIME) {
        throw new IllegalStateException("time stands still at " + next.at);
      }
      clock.advanceTo(next.at);
      next.action.run();
    }
    clock.advanceTo(end);
  }
}
