package dev.adit.core.control;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NoiseIk;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.DescribeRelay;
import dev.adit.wire.control.ControlMessage.Done;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.Joined;
import dev.adit.wire.control.ControlMessage.NotUnderstood;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Unknown;
import dev.adit.wire.control.ErrorCode;
import dev.adit.wire.control.NodeKeyProof;
import dev.adit.wire.control.StreamCodec;
import dev.adit.wire.control.StreamCodec.Frame;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The coordinator's end of one stream: answers the Noise handshake, takes `hello`, then messages
/// both ways, limits and time limits (control §3).
///
///     HANDSHAKE ──message 1──► ANSWERED ──first transport message──► KNOWN
///
/// Message 1 may be a replay of one seen before, so nothing is done or said about its machine key
/// until a transport message opens: [Output.Identified] is the only place where it comes out. Until
/// then a stranger has cost at most 4 X25519 operations (6 with two channel keys) and 48 bytes.
///
/// Begin it when the WebSocket is open; tell it what happened, drain [#poll] until null, sleep until
/// [#wakeAt]. After [Output.Close] it ignores everything. One thread at a time.
public final class CoordinatorSession {
  private static final int MAX_OPEN_REQUESTS = 16;

  /// What to do next.
  public sealed interface Output {
    /// Send this as one binary WebSocket message.
    record Send(byte[] message) implements Output {}

    /// Whoever is there holds this machine key, now. Comes once, before the [Hello].
    record Identified(PublicKey machine) implements Output {}

    /// The first one is a [Hello] of a version we speak, and no other is. Never an [Unknown] or
    /// [NotUnderstood].
    record Received(FromAgent message) implements Output {}

    /// Something of a later version was skipped; to be counted.
    record Skipped(String what) implements Output {}

    /// Close the WebSocket, after what was sent before. The last output.
    ///
    /// @param why one sentence for the log
    record Close(int code, String why) implements Output {}
  }

  private final UUID coordinator;
  private final List<PrivateKey> channelKeys;
  private final RandomGenerator random;
  private final ArrayDeque<Output> outputs = new ArrayDeque<>();
  private @Nullable PrivateKey channel;
  private @Nullable PublicKey claimed; // taken away once identified
  private @Nullable SealedStream stream;
  private boolean greeted;
  private boolean ended;
  private long deadline; // of the handshake, of the first transport message, then of silence
  private long joinBy = SessionTimes.NEVER;
  private long lastRequest;
  private int openRequests;

  /// @param channelKeys one or two; each is tried
  /// @param random must be cryptographically secure outside of tests
  public CoordinatorSession(
      UUID coordinator, List<PrivateKey> channelKeys, RandomGenerator random, long now) {
    this.coordinator = coordinator;
    this.channelKeys = List.copyOf(channelKeys);
    this.random = random;
    deadline = now + SessionTimes.HANDSHAKE;
  }

  /// A binary WebSocket message came.
  public void received(byte[] message, long now) {
    if (ended) {
      return;
    }
    if (stream == null) {
      shakeHands(message, now);
      return;
    }
    try {
      byte[] plaintext = stream.open(message);
      deadline = now + SessionTimes.SILENCE;
      if (claimed != null) {
        outputs.add(new Output.Identified(claimed));
        claimed = null;
        joinBy = now + SessionTimes.JOIN;
      }
      opened(stream, stream.read(plaintext));
    } catch (CryptoException e) {
      end(CloseCode.PROTOCOL_ERROR, String.valueOf(e.getMessage()));
    } catch (MalformedException e) {
      refuse(ErrorCode.PROTOCOL, String.valueOf(e.getMessage()));
    }
  }

  private void shakeHands(byte[] message1, long now) {
    byte[] prologue = SealedStream.prologue(coordinator);
    var ephemeral = PrivateKey.generate(random); // one key suffices: only one try can succeed
    for (PrivateKey key : channelKeys) {
      try {
        var responder = NoiseIk.Responder.accept(prologue, key, ephemeral, message1);
        channel = key;
        claimed = responder.remote();
        stream =
            new SealedStream(
                responder.transport(), new StreamCodec(false, StreamCodec.MAX_BEFORE_NODE), true);
        outputs.add(new Output.Send(responder.message2()));
        deadline = now + SessionTimes.FIRST_TRANSPORT;
        return;
      } catch (CryptoException e) {
        // Made for the other channel key, or for nobody here.
      }
    }
    end(CloseCode.HANDSHAKE_REFUSED, "handshake refused");
  }

  private void opened(SealedStream sealed, Frame frame) throws MalformedException {
    switch (frame) {
      case Frame.Value(byte[] utf8) -> decoded(ControlMessage.decode(utf8));
      case Frame.Ping(byte[] data) -> outputs.add(new Output.Send(sealed.sealPong(data)));
      case Frame.Pong _, Frame.Part _ -> {}
      case Frame.Unknown(int kind) -> outputs.add(new Output.Skipped("kind " + kind));
    }
  }

  private void decoded(ControlMessage decoded) throws MalformedException {
    if (!(decoded instanceof FromAgent message)) {
      throw new MalformedException("stream: a message only coordinators send");
    }
    if (greeted == message instanceof Hello) {
      throw new MalformedException("stream: hello must come first, and only once");
    }
    switch (message) {
      case Hello hello -> {
        greeted = true;
        greeted(hello);
      }
      case Unknown unknown -> outputs.add(new Output.Skipped(unknown.type()));
      case NotUnderstood critical ->
          throw new MalformedException("stream: " + critical.what() + " needs a newer coordinator");
      case Join join -> requested(join.id(), join);
      case DescribeRelay described -> requested(described.id(), described);
      default -> outputs.add(new Output.Received(message));
    }
  }

  private void requested(long id, FromAgent request) throws MalformedException {
    if (id <= lastRequest || ++openRequests > MAX_OPEN_REQUESTS) {
      throw new MalformedException("stream: request ids must rise, at most 16 open");
    }
    lastRequest = id;
    outputs.add(new Output.Received(request));
  }

  private void greeted(Hello hello) {
    int ours = ControlMessage.PROTOCOL;
    if (hello.oldest() <= ours && ours <= hello.protocol()) {
      outputs.add(new Output.Received(hello));
      return;
    }
    refuse(
        ErrorCode.VERSION,
        "the coordinator speaks protocol "
            + ours
            + " to "
            + ours
            + ", this program "
            + hello.oldest()
            + " to "
            + hello.protocol()
            + "; update "
            + (hello.protocol() < ours ? "adit here" : "the coordinator"));
  }

  /// Sends a message; only after [Output.Identified]. A fatal [Failure] and [Superseded] also close
  /// the stream.
  public void send(FromCoordinator message) {
    sendEncoded(encode(message));
    switch (message) {
      case Joined _, Done _ -> openRequests--;
      case Failure failure -> {
        openRequests -= failure.re() == 0 ? 0 : 1;
        if (failure.fatal()) {
          end(CloseCode.NORMAL, failure.code());
        }
      }
      case Superseded _ -> end(CloseCode.NORMAL, "superseded");
      default -> {}
    }
  }

  /// What [#sendEncoded] takes; of long values a gzip member. Any thread: it takes milliseconds for
  /// the map of a large network.
  public static List<byte[]> encode(FromCoordinator message) {
    return StreamCodec.write(message.encode(), true);
  }

  /// Sends a message that was encoded before, for many streams at once or elsewhere.
  public void sendEncoded(List<byte[]> encoded) {
    if (ended) {
      return;
    }
    if (stream == null || claimed != null) {
      throw new IllegalStateException("nothing can be sent before the machine is identified");
    }
    for (byte[] sealed : stream.seal(encoded)) {
      outputs.add(new Output.Send(sealed));
    }
  }

  /// The machine has a node, or just got one: larger messages are allowed, and no time runs out.
  public void nodeKnown() {
    joinBy = SessionTimes.NEVER;
    if (stream != null) {
      stream.limit(StreamCodec.MAX_TO_COORDINATOR);
    }
  }

  /// True if whoever is there holds the private half of `node`.
  ///
  /// @throws CryptoException if `node` is no usable key
  public boolean proves(PublicKey node, byte[] proof) throws CryptoException {
    if (stream == null || channel == null) {
      throw new IllegalStateException("no proof before the handshake");
    }
    return NodeKeyProof.check(channel, node, stream.handshakeHash(), proof);
  }

  public void timeReached(long now) {
    if (ended) {
      return;
    }
    if (now >= deadline) {
      boolean silent = stream != null && claimed == null;
      end(CloseCode.NORMAL, silent ? "silent for too long" : "handshake not finished in time");
    } else if (now >= joinBy) {
      refuse(ErrorCode.NOT_JOINED, "this machine is in no network here; run: adit up KEY");
    }
  }

  /// When to call [#timeReached] next; `Long.MAX_VALUE` when ended.
  public long wakeAt() {
    return ended ? SessionTimes.NEVER : Math.min(deadline, joinBy);
  }

  /// The next thing to do, or null.
  public @Nullable Output poll() {
    return outputs.poll();
  }

  private void refuse(String code, String text) {
    send(new Failure(0, code, text, 0, true));
  }

  private void end(int code, String why) {
    if (!ended) {
      ended = true;
      outputs.add(new Output.Close(code, why));
    }
  }
}
