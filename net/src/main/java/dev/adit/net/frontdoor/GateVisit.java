package dev.adit.net.frontdoor;

import dev.adit.wire.IpAddress;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One connection's visit to a [UpgradeGate], from its arrival until its peer is proven or gone.
/// Confined to the connection's event loop, but for [#enter].
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class GateVisit implements UpgradeGate.Visitor {
  private static final long TICK_MILLIS = 100;

  /// What becomes of it.
  interface Outcome {
    void entered();

    void refused(int retryAfterSeconds);
  }

  private enum State {
    WAITING,
    INSIDE,
    OVER
  }

  private final UpgradeGate gate;
  private final Channel channel;
  private final Outcome outcome;
  private @Nullable ScheduledFuture<?> tick;
  private long ticks;
  private State state = State.WAITING;

  private GateVisit(UpgradeGate gate, Channel channel, Outcome outcome) {
    this.gate = gate;
    this.channel = channel;
    this.outcome = outcome;
    channel.closeFuture().addListener(_ -> over());
  }

  /// Arrives; the outcome may come at once.
  static GateVisit begin(UpgradeGate gate, Channel channel, Outcome outcome) {
    var visit = new GateVisit(gate, channel, outcome);
    switch (gate.arrive(visit)) {
      case ENTER -> visit.go();
      case WAIT -> visit.await();
      case REFUSED -> visit.refuse();
    }
    return visit;
  }

  private void await() {
    if (state == State.OVER) { // the connection ended before it had arrived
      gate.withdraw(this);
      return;
    }
    tick =
        channel
            .eventLoop()
            .scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void stopTicking() {
    if (tick != null) {
      tick.cancel(false);
    }
  }

  @Override
  public IpAddress address() {
    return RemoteEnd.of(channel).remote().address();
  }

  @Override
  public void enter() {
    channel.eventLoop().execute(this::go);
  }

  private void go() {
    if (state == State.OVER) {
      gate.leave(this);
      return;
    }
    stopTicking();
    state = State.INSIDE;
    outcome.entered();
  }

  private void tick() {
    gate.tick();
    if (state == State.WAITING
        && ++ticks * TICK_MILLIS >= gate.patienceMillis()
        && gate.withdraw(this)) {
      refuse();
    }
  }

  private void refuse() {
    stopTicking();
    state = State.OVER;
    outcome.refused(gate.retryAfterSeconds());
  }

  /// The peer has proven who it is, or is gone.
  void over() {
    State before = state;
    state = State.OVER;
    stopTicking();
    if (before == State.INSIDE) {
      gate.leave(this);
    } else if (before == State.WAITING) {
      gate.withdraw(this);
    }
  }
}
