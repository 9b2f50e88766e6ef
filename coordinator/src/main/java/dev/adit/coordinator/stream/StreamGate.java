package dev.adit.coordinator.stream;

import dev.adit.core.limit.FairGate;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.UpgradeGate;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// How many strangers open streams at once (control R-AG-7), and nobody any more once the
/// coordinator leaves. Thread-safe.
///
/// The specification's two handshakes per processor would let in 40 agents a second at a round trip
/// of 100 ms, because one is in flight for a round trip and works for a millisecond of it. Sixteen
/// per processor bring 10,000 agents back within a minute.
public final class StreamGate implements UpgradeGate {
  private static final int PLACES_PER_PROCESSOR = 16;
  private static final int MOST_WAITING = 1_000;
  private static final long HOLD_LIMIT = 1_000_000_000L;

  private final Clock clock;
  private final FairGate<Visitor, IpAddress> gate;
  private final Counts<Refusal> refused = new Counts<>(Refusal.class);
  private final LongAdder entered = new LongAdder();
  private int closedFor; // seconds to tell; 0 while open

  /// Why somebody was not let in.
  private enum Refusal {
    FULL("As many wait as may, in all or of one site."),
    WAITED("Waited 5 s, or gave up."),
    LEAVING("The coordinator is about to stop.");

    private final String sentence;

    Refusal(String sentence) {
      this.sentence = sentence;
    }
  }

  public StreamGate(Clock clock) {
    this.clock = clock;
    int places = PLACES_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    gate = new FairGate<>(places, MOST_WAITING, HOLD_LIMIT, clock.nanos());
  }

  @Override
  public Answer arrive(Visitor visitor) {
    Answer answer;
    synchronized (this) {
      if (closedFor > 0) {
        refused.count(Refusal.LEAVING);
        return Answer.REFUSED;
      }
      answer =
          switch (gate.arrive(visitor, visitor.address().site(), clock.nanos())) {
            case ENTER -> Answer.ENTER;
            case WAIT -> Answer.WAIT;
            case REFUSED -> Answer.REFUSED;
          };
    }
    if (answer == Answer.ENTER) {
      entered.increment();
    } else if (answer == Answer.REFUSED) {
      refused.count(Refusal.FULL);
    }
    tick();
    return answer;
  }

  @Override
  public synchronized boolean withdraw(Visitor visitor) {
    boolean waited = gate.withdraw(visitor, visitor.address().site());
    if (waited) {
      refused.count(closedFor > 0 ? Refusal.LEAVING : Refusal.WAITED);
    }
    return waited;
  }

  @Override
  public void leave(Visitor visitor) {
    synchronized (this) {
      gate.leave(visitor);
    }
    tick();
  }

  @Override
  public void tick() {
    List<Visitor> entering = new ArrayList<>();
    synchronized (this) {
      if (closedFor > 0) {
        return;
      }
      long now = clock.nanos();
      for (Visitor next = gate.next(now); next != null; next = gate.next(now)) {
        entering.add(next);
      }
    }
    entered.add(entering.size());
    entering.forEach(Visitor::enter);
  }

  @Override
  public synchronized int retryAfterSeconds() {
    return closedFor > 0 ? closedFor : gate.retryAfterSeconds();
  }

  /// Adds what it counts.
  public void read(Readings into) {
    int inside;
    int waiting;
    synchronized (this) {
      inside = gate.inside();
      waiting = gate.waiting();
    }
    into.gauge(
        "adit_coordinator_gate_in_flight",
        "Strangers let in who have not proven their machine key yet.",
        inside);
    into.gauge("adit_coordinator_gate_waiting", "Strangers who wait to be let in.", waiting);
    into.counter(
        "adit_coordinator_gate_entered_total", "Strangers who were let in.", entered.sum());
    into.counters(
        "adit_coordinator_gate_refused_total",
        "Strangers who were sent away and told when to come again, by reason.",
        "reason",
        Refusal.values(),
        refusal -> refusal.sentence,
        refused::value);
  }

  /// From now on nobody is let in; everybody, and who waits now within 5 s, is told to come again
  /// after so many seconds.
  public synchronized void close(int seconds) {
    closedFor = seconds;
  }
}
