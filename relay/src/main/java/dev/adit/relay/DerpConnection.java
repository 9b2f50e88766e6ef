package dev.adit.relay;

import dev.adit.core.derp.DerpRouter;
import dev.adit.core.derp.DerpServerSession;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.ByteConnection;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out for one connection what its [DerpServerSession] decides. Confined to the
/// connection's event loop; other connections only wake it, which is a task for that loop.
final class DerpConnection implements ByteConnection.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(DerpConnection.class);
  private static final long NEVER = Long.MAX_VALUE;

  private final ByteConnection connection;
  private final Clock clock;
  private final Runnable forget;
  private final DerpServerSession session;
  private long timerAt = NEVER;
  private boolean proven;

  /// @param forget called when the connection has ended
  DerpConnection(
      ByteConnection connection,
      DerpRouter router,
      Clock clock,
      RandomGenerator random,
      Consumer<DerpConnection> forget) {
    this.connection = connection;
    this.clock = clock;
    this.forget = () -> forget.accept(this);
    Runnable wake = () -> connection.execute(this::drain);
    this.session = new DerpServerSession(router, wake, random, clock.nanos());
  }

  /// Says the first word.
  void begin() {
    drain();
  }

  @Override
  public void received(byte[] bytes) {
    session.received(bytes, 0, bytes.length, clock.nanos());
    if (!proven && session.client() != null) {
      proven = true;
      connection.peerProven();
    }
  }

  @Override
  public void readBatchEnded() {
    drain();
  }

  @Override
  public void writable() {
    session.writable();
    drain();
  }

  /// Writes what there is, as long as the connection takes it, and flushes once.
  private void drain() {
    boolean wrote = false;
    boolean writable = connection.isWritable();
    while (writable) {
      byte[] frame = session.poll();
      if (frame == null) {
        break;
      }
      connection.write(frame);
      wrote = true;
      writable = connection.isWritable();
    }
    if (!writable) {
      session.writeBlocked(clock.nanos());
    }
    if (wrote) {
      connection.flush();
    }
    if (session.isEnded()) {
      connection.close();
    } else {
      arm();
    }
  }

  /// One timer is enough: if it fires too early, it is set anew.
  private void arm() {
    long at = session.wakeAt();
    if (at < timerAt) {
      timerAt = at;
      connection.schedule(this::timerFired, Math.max(0, at - clock.nanos()));
    }
  }

  private void timerFired() {
    long now = clock.nanos();
    if (now >= timerAt) {
      timerAt = NEVER;
    }
    session.timeReached(now);
    drain();
  }

  @Override
  public void closed() {
    Object client = session.client();
    LOG.debug(
        "DERP client {} has left: {}",
        client == null ? "without a name" : client,
        session.endReason());
    session.closed();
    forget.run();
  }

  void close() {
    connection.close();
  }
}
