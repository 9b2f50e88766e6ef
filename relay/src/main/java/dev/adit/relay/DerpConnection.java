package dev.adit.relay;

import dev.adit.core.derp.ClientFacts;
import dev.adit.core.derp.DerpCounter;
import dev.adit.core.derp.DerpOutput;
import dev.adit.core.derp.DerpRouter;
import dev.adit.core.derp.DerpServerSession;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.ByteConnection;
import dev.adit.wire.derp.DerpFrame;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out for one connection what its [DerpServerSession] decides. Confined to the
/// connection's event loop; other connections of the same loop append to what it is sent, those of
/// others only wake it, which is a task for its loop.
final class DerpConnection implements ByteConnection.Listener, DerpOutput {
  private static final Logger LOG = LoggerFactory.getLogger(DerpConnection.class);
  private static final long NEVER = Long.MAX_VALUE;

  private final ByteConnection connection;
  private final Clock clock;
  private final Consumer<DerpConnection> forget;
  private final Runnable drain = this::drain;
  private final DerpServerSession session;
  private long timerAt = NEVER;
  private volatile boolean proven;
  private boolean reading = true;

  /// @param forget called when the connection has ended
  DerpConnection(
      ByteConnection connection,
      DerpRouter router,
      Clock clock,
      RandomGenerator random,
      Consumer<DerpConnection> forget) {
    this.connection = connection;
    this.clock = clock;
    this.forget = forget;
    this.session =
        new DerpServerSession(
            router, connection.remote(), connection.isIdeal(), this, random, clock.nanos());
  }

  /// Says the first word.
  void begin() {
    drain();
  }

  @Override
  public void received(byte[] array, int offset, int length) {
    session.received(array, offset, length, clock.nanos());
    noteProven();
  }

  private void noteProven() {
    if (!proven && session.client() != null) {
      proven = true;
      connection.peerProven();
      connection.execute(drain); // it may move to another loop, and takes nothing meanwhile
    }
  }

  @Override
  public void readBatchEnded() {
    drain();
  }

  @Override
  public void writable() {
    drain();
  }

  @Override
  public boolean takes() {
    return connection.isWritableHere();
  }

  @Override
  public void append(byte[] bytes, int offset, int length) {
    connection.append(bytes, offset, length);
  }

  @Override
  public void append(byte[] head, byte[] bytes, int offset, int length) {
    connection.append(head, bytes, offset, length);
  }

  @Override
  public void wake() {
    connection.execute(drain);
  }

  @Override
  public boolean progressed() {
    return connection.progressed();
  }

  private void drain() {
    long now = clock.nanos();
    session.drain(now);
    noteProven();
    if (session.isEnded()) {
      connection.close();
      return;
    }
    if (session.isReading() != reading) {
      reading = !reading;
      connection.setReading(reading);
    }
    arm(now);
  }

  /// One timer is enough: if it fires too early, it is set anew.
  private void arm(long now) {
    long at = session.wakeAt();
    if (at < timerAt) {
      timerAt = at;
      connection.schedule(this::timerFired, Math.max(0, at - now));
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
    forget.accept(this);
  }

  /// By any thread: what is known of the client; null until it is admitted.
  @Nullable ClientFacts facts() {
    return session.facts();
  }

  /// By any thread: see [ByteConnection#roundTripMicros].
  long roundTripMicros() {
    return connection.roundTripMicros();
  }

  /// By any thread: true once the client is admitted.
  boolean isProven() {
    return proven;
  }

  /// By any thread: the client is to be sent this frame.
  void say(DerpFrame frame) {
    session.say(frame);
  }

  /// By any thread: ends the connection.
  void end(DerpCounter why) {
    session.demandEnd(why);
  }

  void close() {
    connection.close();
  }
}
