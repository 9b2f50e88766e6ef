package dev.adit.coordinator.stream;

import dev.adit.core.limit.FairGate;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.Gate;
import dev.adit.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/// How many strangers open streams at once (control R-AG-7), and nobody any more once the
/// coordinator leaves. Thread-safe.
///
/// The specification's two handshakes per processor would let in 40 agents a second at a round trip
/// of 100 ms, because one is in flight for a round trip and works for a millisecond of it. Sixteen
/// per processor bring 10,000 agents back within a minute.
public final class StreamGate implements Gate {
  private static final int PLACES_PER_PROCESSOR = 16;
  private static final int MOST_WAITING = 1_000;
  private static final long HOLD_LIMIT = 1_000_000_000L;

  private final Clock clock;
  private final FairGate<Visitor, IpAddress> gate;
  private int closedFor; // seconds to tell; 0 while open

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
        return Answer.REFUSED;
      }
      answer =
          switch (gate.arrive(visitor, visitor.address().site(), clock.nanos())) {
            case ENTER -> Answer.ENTER;
            case WAIT -> Answer.WAIT;
            case REFUSED -> Answer.REFUSED;
          };
    }
    tick();
    return answer;
  }

  @Override
  public synchronized boolean withdraw(Visitor visitor) {
    return gate.withdraw(visitor, visitor.address().site());
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
    entering.forEach(Visitor::enter);
  }

  @Override
  public synchronized int retryAfterSeconds() {
    return closedFor > 0 ? closedFor : gate.retryAfterSeconds();
  }

  /// From now on nobody is let in; everybody, and who waits now within 5 s, is told to come again
  /// after so many seconds.
  public synchronized void close(int seconds) {
    closedFor = seconds;
  }
}
