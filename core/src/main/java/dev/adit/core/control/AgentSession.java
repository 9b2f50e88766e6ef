package dev.adit.core.control;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NoiseIk;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.NotUnderstood;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Unknown;
import dev.adit.wire.control.ControlMessage.Unsupported;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.NodeKeyProof;
import dev.adit.wire.control.StreamCodec;
import dev.adit.wire.control.StreamCodec.Frame;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The agent's end of one stream: Noise handshake, `hello` and `welcome`, then messages both ways,
/// pings and time limits (control §3).
///
///     HANDSHAKE ──message 2──► WELCOME ──welcome──► OPEN
///         └──────────┴───────────────────┴─ any error, time-out, fatal message ──► ended
///
/// Begin it when the WebSocket is open; tell it what happened, drain [#poll] until null, sleep until
/// [#wakeAt]. After [Output.Ended] it ignores everything. One thread at a time.
public final class AgentSession {
  /// What to do next.
  public sealed interface Output {
    /// Send this as one binary WebSocket message.
    record Send(byte[] message) implements Output {}

    /// The stream is usable from now on.
    ///
    /// @param roundTrip nanoseconds from `hello` to `welcome`
    record Welcomed(Welcome welcome, long roundTrip) implements Output {}

    /// Never a [Welcome], [Unknown], or what ends the stream without being for the agent.
    record Received(FromCoordinator message) implements Output {}

    /// Something of a later version was skipped; to be counted.
    record Skipped(String what) implements Output {}

    /// Close the WebSocket. The last output.
    ///
    /// @param why one sentence for the log
    record Ended(int code, String why) implements Output {}
  }

  private final PublicKey channel;
  private final NoiseIk.Initiator handshake;
  private final Hello hello;
  private final RandomGenerator random;
  private final ArrayDeque<Output> outputs = new ArrayDeque<>();
  private @Nullable SealedStream stream;
  private boolean welcomed;
  private boolean ended;
  private long helloAt;
  private long deadline; // of the handshake, then of `welcome`, then of the pong
  private long pingAt = SessionTimes.NEVER;
  private long lastRequest;

  /// @param coordinator the coordinator's id, part of what both ends must agree on
  /// @param channel the first channel key of the accepted identity
  /// @param hello what to say first
  /// @param random must be cryptographically secure outside of tests
  /// @throws CryptoException if the channel key is not usable
  public AgentSession(
      PrivateKey machine,
      UUID coordinator,
      PublicKey channel,
      Hello hello,
      RandomGenerator random,
      long now)
      throws CryptoException {
    this.channel = channel;
    this.hello = hello;
    this.random = random;
    handshake =
        new NoiseIk.Initiator(
            SealedStream.prologue(coordinator), machine, channel, PrivateKey.generate(random));
    deadline = now + SessionTimes.HANDSHAKE;
    outputs.add(new Output.Send(handshake.message1()));
  }

  /// A binary WebSocket message came.
  public void received(byte[] message, long now) {
    if (ended) {
      return;
    }
    try {
      if (stream == null) {
        shakeHands(message, now);
      } else {
        opened(stream, stream.read(stream.open(message)), now);
      }
    } catch (CryptoException | MalformedException e) {
      end(CloseCode.PROTOCOL_ERROR, String.valueOf(e.getMessage()));
    }
  }

  private void shakeHands(byte[] message2, long now) throws CryptoException {
    stream =
        new SealedStream(
            handshake.finish(message2), new StreamCodec(true, StreamCodec.MAX_TO_AGENT), false);
    helloAt = now;
    deadline = now + SessionTimes.WELCOME;
    send(hello, now);
  }

  private void opened(SealedStream sealed, Frame frame, long now) throws MalformedException {
    if (welcomed) {
      deadline = SessionTimes.NEVER; // whatever came in order proves the coordinator is there
    }
    switch (frame) {
      case Frame.Value(byte[] utf8) -> decoded(ControlMessage.decode(utf8), now);
      case Frame.Ping(byte[] data) -> {
        outputs.add(new Output.Send(sealed.sealPong(data)));
        sent(now);
      }
      case Frame.Pong _, Frame.Part _ -> {}
      case Frame.Unknown(int kind) -> outputs.add(new Output.Skipped("kind " + kind));
    }
  }

  private void decoded(ControlMessage decoded, long now) throws MalformedException {
    if (!(decoded instanceof FromCoordinator message)) {
      throw new MalformedException("stream: a message only agents send");
    }
    switch (message) {
      case Welcome welcome -> welcomed(welcome, now);
      case Unknown unknown -> outputs.add(new Output.Skipped(unknown.type()));
      case NotUnderstood critical when critical.network() == null -> {
        send(new Unsupported(null, critical.what()), now);
        end(CloseCode.NORMAL, "the coordinator needs a newer program: " + critical.what());
      }
      case Failure failure -> {
        outputs.add(new Output.Received(failure));
        if (failure.fatal()) {
          end(CloseCode.NORMAL, "the coordinator says: " + failure.text());
        }
      }
      case Superseded superseded -> {
        outputs.add(new Output.Received(superseded));
        end(CloseCode.NORMAL, "a newer stream of this machine took over");
      }
      default -> {
        if (!welcomed) {
          throw new MalformedException("stream: a message before welcome");
        }
        outputs.add(new Output.Received(message));
      }
    }
  }

  private void welcomed(Welcome welcome, long now) throws MalformedException {
    if (welcomed) {
      throw new MalformedException("stream: welcome twice");
    }
    if (welcome.oldest() > hello.protocol() || welcome.protocol() < hello.oldest()) {
      throw new MalformedException("stream: welcome with another protocol than we speak");
    }
    welcomed = true;
    deadline = SessionTimes.NEVER;
    outputs.add(new Output.Welcomed(welcome, now - helloAt));
  }

  /// Sends a message; only after [Output.Welcomed].
  public void send(FromAgent message, long now) {
    if (ended) {
      return;
    }
    if (stream == null) {
      throw new IllegalStateException("nothing can be sent before the handshake");
    }
    for (byte[] sealed : stream.sealValue(message.encode())) {
      outputs.add(new Output.Send(sealed));
    }
    sent(now);
  }

  private void sent(long now) {
    pingAt =
        now
            + SessionTimes.PING_MIN
            + (long) (random.nextDouble() * (SessionTimes.PING_MAX - SessionTimes.PING_MIN));
  }

  /// The number for the next request on this stream.
  public long nextRequest() {
    return ++lastRequest;
  }

  /// Shows that we hold the private half of a node key, on this stream only; after
  /// [Output.Welcomed].
  ///
  /// @throws CryptoException if the channel key is not usable
  public byte[] prove(PrivateKey nodeKey) throws CryptoException {
    if (stream == null) {
      throw new IllegalStateException("no proof before the handshake");
    }
    return NodeKeyProof.prove(nodeKey, channel, stream.handshakeHash());
  }

  /// The channel key this stream was made with.
  public PublicKey channel() {
    return channel;
  }

  public void timeReached(long now) {
    if (ended) {
      return;
    }
    if (now >= deadline) {
      String missing = stream == null ? "handshake" : welcomed ? "pong" : "welcome";
      end(CloseCode.NORMAL, "no " + missing + " in time");
    } else if (stream != null && welcomed && now >= pingAt) {
      byte[] data = new byte[StreamCodec.PING_BYTES];
      random.nextBytes(data);
      outputs.add(new Output.Send(stream.sealPing(data)));
      sent(now);
      deadline = Math.min(deadline, now + SessionTimes.PONG);
    }
  }

  /// When to call [#timeReached] next; `Long.MAX_VALUE` when ended.
  public long wakeAt() {
    return ended ? SessionTimes.NEVER : welcomed ? Math.min(deadline, pingAt) : deadline;
  }

  /// The next thing to do, or null.
  public @Nullable Output poll() {
    return outputs.poll();
  }

  private void end(int code, String why) {
    ended = true;
    outputs.add(new Output.Ended(code, why));
  }
}
