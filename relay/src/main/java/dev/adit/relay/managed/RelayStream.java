package dev.adit.relay.managed;

import dev.adit.core.admission.ManagedAdmission;
import dev.adit.core.control.AgentSession;
import dev.adit.core.control.AgentSession.Output;
import dev.adit.core.control.Reconnect.Target;
import dev.adit.core.control.TrustedCoordinator;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.Admitted;
import dev.adit.wire.control.ControlMessage.DescribeRelay;
import dev.adit.wire.control.ControlMessage.Done;
import dev.adit.wire.control.ControlMessage.Drain;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.RelayReport;
import dev.adit.wire.control.ControlMessage.Resume;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.RelayDescription;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One stream of a relay to its coordinator: the identity, the WebSocket, `hello`, then `join` if
/// it has not joined, `relay`, and admission sets until it ends (control §3, relay-rung §7.1).
///
/// Served by one thread, which also writes; any thread may close it.
final class RelayStream implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final long SECOND = 1_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;
  private static final int MOST_RETRY_SECONDS = 300;

  /// Records of relays last 7 days and are renewed at half of it, when the relay speaks up.
  private static final long DESCRIBE_AGAIN = 12 * 3600 * SECOND;

  private static final long REPORT_AGAIN = 30 * SECOND;

  /// The relay behind the stream, which outlives it.
  interface Holder {
    @Nullable TrustedCoordinator trusted();

    @Nullable JoinKey joinKey();

    boolean hasJoined();

    void trusts(TrustedCoordinator coordinator);

    void joined(boolean now, Target by);

    void welcomed(Target by);

    /// The coordinator knows this relay no more: it serves nobody.
    void removed();

    /// The coordinator does not want this relay, for this reason.
    void refused(String text);

    /// Of the admission set held.
    @Nullable String token();

    /// Something came from the coordinator.
    void heard();

    ManagedAdmission.Applied apply(RelayAdmission message);

    /// What the relay does now.
    RelayReport report();
  }

  /// The coordinator asks to come again, but not at once.
  static final class RetryException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long nanos;
    private final boolean wasUp;

    RetryException(String text, long nanos, boolean wasUp) {
      super(text);
      this.nanos = nanos;
      this.wasUp = wasUp;
    }

    long nanos() {
      return nanos;
    }

    boolean wasUp() {
      return wasUp;
    }
  }

  private final Target target;
  private final Connection connection;
  private final WebSocketClient socket;
  private final AgentSession session;
  private final Holder holder;
  private final Clock clock;
  private boolean up;
  private long joinRequest;
  private long describeAt = NEVER;
  private long reportAt = NEVER;
  private long leaveAt = NEVER;

  private RelayStream(
      Target target,
      Connection connection,
      WebSocketClient socket,
      AgentSession session,
      Holder holder,
      Clock clock) {
    this.target = target;
    this.connection = connection;
    this.socket = socket;
    this.session = session;
    this.holder = holder;
    this.clock = clock;
  }

  /// Connects, judges the coordinator's identity and shakes hands.
  static RelayStream open(
      Target target, PrivateKey machine, Holder holder, Clock clock, RandomGenerator random)
      throws IOException, CryptoException, MalformedException {
    Connection connection = connect(target);
    try {
      connection.readTimeout(LIMIT);
      Identity identity = identity(connection, target, holder, clock);
      String token = holder.token();
      byte[] instance = new byte[8];
      random.nextBytes(instance);
      var hello =
          new Hello(
              ControlMessage.PROTOCOL,
              ControlMessage.PROTOCOL,
              List.of(),
              "adit relay",
              Hello.RELAY,
              Text.b64(instance),
              token == null ? List.of() : List.of(new Resume(null, token)));
      var socket = upgrade(connection, target, random);
      var session =
          new AgentSession(
              machine,
              identity.coordinator(),
              identity.channelKeys().getFirst(),
              hello,
              random,
              clock.nanos());
      return new RelayStream(target, connection, socket, session, holder, clock);
    } catch (IOException | CryptoException | MalformedException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static Connection connect(Target target) throws IOException {
    var url = target.url();
    var address = target.address();
    return address == null
        ? TlsClient.connect(url.host(), url.port(), PinPolicy.any(), LIMIT)
        : TlsClient.connect(
            List.of(new Endpoint(address, url.port())), url.host(), PinPolicy.any(), LIMIT);
  }

  private static Identity identity(Connection connection, Target target, Holder holder, Clock clock)
      throws IOException, MalformedException {
    String host = target.url().authority();
    var answer = HttpExchange.get(connection, host, "/adit/identity", Identity.MAX_DOCUMENT_BYTES);
    if (answer.status() != 200) {
      throw new IOException(host + " is no Adit coordinator: it answers " + answer.status());
    }
    var document = Envelope.read(Json.parseObject(answer.body()));
    long wall = clock.wall().toEpochMilli();
    TrustedCoordinator trusted = holder.trusted();
    JoinKey key = holder.joinKey();
    if (trusted == null && key != null) {
      try {
        trusted = TrustedCoordinator.first(target.url().host(), key.root(), document, wall);
      } catch (MalformedException e) {
        holder.refused(String.valueOf(e.getMessage()));
        throw e;
      }
      holder.trusts(trusted);
    } else if (trusted == null) {
      throw new IOException("no coordinator is known");
    } else if (trusted.offer(target.url().host(), document, wall)
        instanceof TrustedCoordinator.Refused(var text)) {
      throw new IOException(text);
    }
    return trusted.identity();
  }

  private static WebSocketClient upgrade(
      Connection connection, Target target, RandomGenerator random) throws IOException {
    try {
      return WebSocketClient.open(
          connection, target.url().authority(), "/adit/stream", "adit-control-v1", random);
    } catch (WebSocketClient.RefusedException e) {
      long pause = Math.min(e.retryAfterSeconds(), MOST_RETRY_SECONDS);
      throw pause > 0 ? new RetryException("busy", pause * SECOND, false) : e;
    }
  }

  /// Returns when the coordinator has ended the stream, or was left.
  ///
  /// @param welcomed run when the stream is usable
  /// @return whether it was ever usable
  boolean serve(PrivateKey serverKey, RelayDescription description, Runnable welcomed)
      throws IOException, CryptoException {
    try {
      while (clock.nanos() < leaveAt) {
        for (Output next = session.poll(); next != null; next = session.poll()) {
          carryOut(next, serverKey, description, welcomed);
        }
        byte[] message = socket.receive(untilWake());
        if (message != null) {
          session.received(message, clock.nanos());
          if (up) {
            holder.heard();
          }
        }
        session.timeReached(clock.nanos());
        if (clock.nanos() >= describeAt) {
          describe(description);
        }
        if (clock.nanos() >= reportAt) {
          reportAt = clock.nanos() + REPORT_AGAIN;
          session.send(holder.report(), clock.nanos());
        }
      }
    } catch (EOFException e) {
      // as good an end as any
    }
    return up;
  }

  private Duration untilWake() {
    long due = Math.min(describeAt, reportAt);
    long nanos = Math.min(Math.min(session.wakeAt(), due), leaveAt) - clock.nanos();
    return Duration.ofNanos(Math.clamp(nanos, 1_000_000, 60 * SECOND));
  }

  private void carryOut(
      Output output, PrivateKey serverKey, RelayDescription description, Runnable welcomed)
      throws IOException, CryptoException {
    switch (output) {
      case Output.Send(byte[] message) -> socket.send(message);
      case Output.Welcomed(Welcome welcome, long roundTrip) -> {
        judge(welcome, roundTrip);
        up = true;
        welcomed.run();
        holder.welcomed(target);
        if (holder.hasJoined()) {
          describe(description);
        } else {
          join(serverKey, description);
        }
      }
      case Output.Received(FromCoordinator message) -> received(message, description);
      case Output.Skipped _ -> {}
      case Output.Ended(int code, String why) -> {
        socket.close(code);
        throw new IOException(why);
      }
    }
  }

  private void judge(Welcome welcome, long roundTrip) throws IOException {
    TrustedCoordinator trusted = holder.trusted();
    long wall = clock.wall().toEpochMilli();
    if (trusted == null
        || trusted.welcomed(target.url().host(), welcome, session.channel(), wall, roundTrip)
            instanceof TrustedCoordinator.Refused) {
      throw new IOException(target.url() + " is not to be trusted");
    }
  }

  private void join(PrivateKey serverKey, RelayDescription description)
      throws IOException, CryptoException {
    JoinKey key = holder.joinKey();
    if (key == null) {
      String text = "this relay has not joined here; run: adit relay --join KEY";
      holder.refused(text);
      throw new RetryException(text, 60 * SECOND, true);
    }
    joinRequest = session.nextRequest();
    session.send(
        new Join(
            joinRequest,
            key.id(),
            key.secret(),
            serverKey.publicKey(),
            session.prove(serverKey),
            description.name(),
            List.of()),
        clock.nanos());
  }

  private void describe(RelayDescription description) {
    describeAt = clock.nanos() + DESCRIBE_AGAIN;
    reportAt = Math.min(reportAt, clock.nanos());
    session.send(new DescribeRelay(session.nextRequest(), description), clock.nanos());
  }

  private void received(FromCoordinator message, RelayDescription description) throws IOException {
    switch (message) {
      case Done done when done.re() == joinRequest -> {
        holder.joined(true, target);
        describe(description);
      }
      case RelayAdmission set -> {
        switch (holder.apply(set)) {
          case DONE -> session.send(new Admitted(set.token()), clock.nanos());
          case OTHER_BASE -> session.send(new Resync(null), clock.nanos());
          case PART, TOO_LARGE -> {}
        }
      }
      case Failure failure -> failed(failure);
      case Drain(long afterMs, _) ->
          leaveAt = clock.nanos() + Math.min(afterMs, 600_000) * 1_000_000;
      default -> {}
    }
  }

  private void failed(Failure failure) throws IOException {
    if (failure.code().equals("not_joined")) {
      holder.removed();
      holder.joined(false, target); // with a join key it joins at the next try
    }
    boolean waits = failure.retryMs() > 0;
    if (!waits) {
      holder.refused(failure.text());
    }
    long pause = waits ? failure.retryMs() * 1_000_000 : 60 * SECOND;
    if (failure.fatal() || failure.re() != 0) {
      throw new RetryException(failure.text(), pause, true);
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
