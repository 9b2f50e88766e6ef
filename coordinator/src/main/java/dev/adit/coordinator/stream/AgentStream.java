package dev.adit.coordinator.stream;

import static java.util.Objects.requireNonNull;

import dev.adit.core.control.CoordinatorSession;
import dev.adit.core.control.CoordinatorSession.Output;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.MessageConnection;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One agent's connection: joins the stream's machine to the WebSocket and to the hub.
///
/// Confined to the connection's event loop, but for the methods of [MachineConnection]. Bounded
/// both ways: a reader with more than 16 MiB waiting is dropped, so is a writer with more than 64
/// messages before the hub, and one for whom 1,000 messages wait behind a map that is being made.
final class AgentStream implements MessageConnection.Listener, MachineConnection {
  private static final Logger LOG = LoggerFactory.getLogger(AgentStream.class);
  private static final long MOST_WAITING_BYTES = 16L * 1024 * 1024;
  private static final int MOST_WAITING_MESSAGES = 64;
  private static final int MOST_HELD = 1_000;
  private static final int POLICY_VIOLATION = 1008; // RFC 6455 §7.4.1
  private static final int TRY_AGAIN_LATER = 1013; // as registered for RFC 6455 §11.7

  private final MessageConnection connection;
  private final CoordinatorSession session;
  private final Hub hub;
  private final Clock clock;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile @Nullable PublicKey machine;
  private long timerAt = Long.MAX_VALUE;
  private boolean closing;
  private @Nullable CompletableFuture<List<byte[]>> encoding; // null: nothing has to wait
  private final ArrayDeque<Consumer<CoordinatorSession>> held = new ArrayDeque<>();

  AgentStream(MessageConnection connection, CoordinatorSession session, Hub hub, Clock clock) {
    this.connection = connection;
    this.session = session;
    this.hub = hub;
    this.clock = clock;
    drain();
  }

  @Override
  public void received(byte[] message) {
    session.received(message, clock.nanos());
    drain();
  }

  @Override
  public void closed() {
    if (!closing) {
      hub.counters.ended(StreamEnd.GONE, machine != null);
    }
    closing = true;
    if (machine != null) {
      hub.closed(this);
    }
  }

  private void drain() {
    for (var output = session.poll(); output != null && !closing; output = session.poll()) {
      switch (output) {
        case Output.Send(byte[] message) -> write(message);
        case Output.Identified(PublicKey key) -> {
          machine = key;
          hub.counters.proven();
          connection.peerProven();
        }
        case Output.Received(FromAgent message) -> dispatch(message);
        case Output.Skipped(String what) -> {
          hub.counters.skipped.increment();
          LOG.debug("skipped {}", what);
        }
        case Output.Close(int code, String why) -> {
          LOG.debug("stream of {} ends: {}", machine == null ? "a stranger" : machine, why);
          close(code, StreamEnd.of(code, why, machine != null));
        }
      }
    }
    startTimer();
  }

  private void write(byte[] message) {
    if (connection.waitingBytes() > MOST_WAITING_BYTES) {
      drop(POLICY_VIOLATION, StreamEnd.NOT_READING);
    } else {
      connection.send(message);
    }
  }

  private void drop(int code, StreamEnd why) {
    StreamLog.dropped(machine, why);
    close(code, why);
  }

  private void close(int code, StreamEnd why) {
    closing = true;
    hub.counters.ended(why, machine != null);
    connection.close(code);
  }

  private void dispatch(FromAgent message) {
    if (waiting.incrementAndGet() > MOST_WAITING_MESSAGES) {
      drop(POLICY_VIOLATION, StreamEnd.TOO_FAST);
      return;
    }
    switch (message) {
      case Hello hello -> {
        waiting.decrementAndGet();
        hub.opened(this, hello);
      }
      case Join join -> {
        waiting.decrementAndGet(); // the session allows 16 open ones
        hub.join(this, join, proves(join));
      }
      default -> hub.received(this, message, waiting::decrementAndGet);
    }
  }

  private boolean proves(Join join) {
    try {
      return session.proves(join.nodeKey(), join.proof());
    } catch (CryptoException e) {
      return false; // an unusable key: the decision finds that before it asks for the proof
    }
  }

  private void startTimer() {
    long wake = session.wakeAt();
    if (wake < timerAt && !closing) {
      timerAt = wake;
      connection.schedule(this::timer, Math.max(0, wake - clock.nanos()));
    }
  }

  private void timer() {
    timerAt = Long.MAX_VALUE;
    if (!closing) {
      session.timeReached(clock.nanos());
      drain();
    }
  }

  private void onLoop(Consumer<CoordinatorSession> what) {
    connection.execute(() -> {
      if (closing) {
        return;
      }
      if (encoding == null) {
        what.accept(session);
        drain();
      } else if (held.size() < MOST_HELD) {
        held.add(what);
      } else {
        drop(TRY_AGAIN_LATER, StreamEnd.MAP_NOT_READY);
      }
    });
  }

  @Override
  public void sendWhenEncoded(CompletableFuture<List<byte[]>> encoded) {
    onLoop(session -> {
      encoding = encoded;
      var _ = encoded.whenComplete((parts, failed) -> connection.execute(() -> encoded(parts)));
    });
  }

  /// @param parts null if it failed: the agent comes again, and asks again
  private void encoded(@Nullable List<byte[]> parts) {
    encoding = null;
    if (closing) {
      return;
    }
    if (parts == null) {
      close(TRY_AGAIN_LATER, StreamEnd.MAP_NOT_READY);
      return;
    }
    session.sendEncoded(parts);
    while (encoding == null && !held.isEmpty()) {
      held.remove().accept(session);
    }
    drain();
  }

  @Override
  public PublicKey machine() {
    return requireNonNull(machine);
  }

  @Override
  public IpAddress address() {
    return connection.remote().address();
  }

  @Override
  public void send(FromCoordinator message) {
    onLoop(session -> session.send(message));
  }

  @Override
  public void sendEncoded(List<byte[]> encoded) {
    onLoop(session -> session.sendEncoded(encoded));
  }

  @Override
  public void nodeKnown() {
    onLoop(CoordinatorSession::nodeKnown);
  }
}
