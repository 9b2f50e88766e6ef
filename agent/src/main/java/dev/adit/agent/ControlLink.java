package dev.adit.agent;

import dev.adit.core.control.AgentSession;
import dev.adit.core.control.AgentSession.Output;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The agent's stream to the coordinator, kept up until closed: fetches the identity, upgrades the
/// same connection, speaks [AgentSession] on it, tries again with growing pauses (control R-AG-6).
///
/// One thread connects and reads, one writes per stream. [#send] may be called by any thread; the
/// [Listener] is called on the reading thread.
final class ControlLink implements AutoCloseable {
  interface Listener {
    /// Judges an identity document by the trusted root and what is stored (control R-ID-2).
    ///
    /// @return the accepted identity
    /// @throws MalformedException with the text for the user, if it is refused
    Identity identityFetched(Envelope document, HttpsUrl from) throws MalformedException;

    /// What to say first on a new stream.
    ControlMessage.Hello hello();

    /// The stream is usable. May call [Stream#send] and [Stream#prove].
    void welcomed(Stream stream, ControlMessage.Welcome welcome, long roundTrip);

    void received(Stream stream, FromCoordinator message);

    /// The stream ended, or could not be made; another try follows by itself.
    ///
    /// @param wasUp whether it had been usable
    void lost(boolean wasUp, String reason);
  }

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final long SECOND = 1_000_000_000L;
  private static final long EARLY_NANOS = 120 * SECOND;
  private static final long CALM_NANOS = 300 * SECOND;

  /// Messages waiting to be written; a coordinator that takes none for so long is lost.
  private static final int MAX_WAITING = 256;

  private static final byte[] END = new byte[0];

  private final PrivateKey machine;
  private final List<HttpsUrl> urls;
  private final Clock clock;
  private final RandomGenerator random;
  private final Listener listener;
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Stream current;
  private volatile @Nullable Connection connection;
  private volatile long retryAfterNanos;

  ControlLink(
      PrivateKey machine,
      List<HttpsUrl> urls,
      Clock clock,
      RandomGenerator random,
      Listener listener) {
    this.machine = machine;
    this.urls = List.copyOf(urls);
    this.clock = clock;
    this.random = random;
    this.listener = listener;
    this.thread = Thread.ofPlatform().name("control").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// The usable stream, or null.
  @Nullable Stream current() {
    return current;
  }

  /// Sends on the usable stream; nothing happens without one.
  void send(FromAgent message) {
    Stream stream = current;
    if (stream != null) {
      stream.send(message);
    }
  }

  /// One try at once: something suggests that it works now.
  void hurry() {
    LockSupport.unpark(thread);
  }

  /// The coordinator asked to wait before the next try.
  void retryAfter(long nanos) {
    retryAfterNanos = nanos;
  }

  @Override
  public void close() {
    closed = true;
    Connection open = connection;
    if (open != null) {
      open.close();
    }
    LockSupport.unpark(thread);
  }

  private void run() {
    int failures = 0;
    long lostAt = clock.nanos();
    while (!closed) {
      HttpsUrl url = urls.get(failures % urls.size());
      long upAt = -1;
      String reason;
      try {
        upAt = serve(url);
        reason = "the coordinator ended the stream";
      } catch (IOException | CryptoException | MalformedException e) {
        reason = String.valueOf(e.getMessage());
      }
      if (closed) {
        return;
      }
      Stream ended = current;
      boolean wasUp = ended != null;
      if (ended != null) {
        upAt = ended.upAt;
        current = null;
        lostAt = clock.nanos();
        failures = clock.nanos() - upAt > CALM_NANOS ? 0 : Math.min(failures, 1);
      }
      listener.lost(wasUp, reason);
      pause(failures++, clock.nanos() - lostAt);
    }
  }

  /// 0–0.5 s, then doubling from 1 s, each × 50–100 %, at most 5 s in the first two minutes and 60
  /// s later.
  private void pause(int failures, long sinceLoss) {
    double spread = random.nextDouble();
    long pause;
    if (retryAfterNanos > 0) {
      pause = (long) (retryAfterNanos * (0.8 + 0.4 * spread));
      retryAfterNanos = 0;
    } else if (failures == 0) {
      pause = (long) (spread * SECOND / 2);
    } else {
      long limit = sinceLoss < EARLY_NANOS ? 5 * SECOND : 60 * SECOND;
      long step = Math.min(SECOND << Math.min(failures - 1, 10), limit);
      pause = (long) (step * (0.5 + 0.5 * spread));
    }
    LockSupport.parkNanos(pause);
  }

  private long serve(HttpsUrl url) throws IOException, CryptoException, MalformedException {
    try (Connection open =
        TlsClient.connect(url.host(), url.port(), PinPolicy.any(), CONNECT_LIMIT)) {
      connection = open;
      open.readTimeout(CONNECT_LIMIT);
      String host = url.authority();
      HttpExchange.Answer answer =
          HttpExchange.get(open, host, "/adit/identity", Identity.MAX_DOCUMENT_BYTES);
      if (answer.status() != 200) {
        throw new IOException(
            host + " is no Adit coordinator: /adit/identity answers " + answer.status());
      }
      Envelope document = Envelope.read(Json.parseObject(answer.body()));
      Identity identity = listener.identityFetched(document, url);
      WebSocketClient socket;
      try {
        socket = WebSocketClient.open(open, host, "/adit/stream", "adit-control-v1", random);
      } catch (WebSocketClient.RefusedException e) {
        if (e.retryAfterSeconds() > 0) {
          retryAfterNanos = Math.min(e.retryAfterSeconds(), 300) * SECOND;
        }
        throw e;
      }
      var session =
          new AgentSession(
              machine,
              identity.coordinator(),
              identity.channelKeys().getFirst(),
              listener.hello(),
              random,
              clock.nanos());
      return new Stream(socket, session).serve();
    } finally {
      connection = null;
    }
  }

  /// One stream. Thread-safe: the session is guarded by its lock, and what it wants sent goes to
  /// one writer in the same order, so that nothing is written under the lock.
  final class Stream {
    private final WebSocketClient socket;
    private final AgentSession session;
    private final LinkedBlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>();
    private volatile long upAt;

    private Stream(WebSocketClient socket, AgentSession session) {
      this.socket = socket;
      this.session = session;
    }

    void send(FromAgent message) {
      synchronized (session) {
        session.send(message, clock.nanos());
        moveSends();
      }
    }

    long nextRequest() {
      synchronized (session) {
        return session.nextRequest();
      }
    }

    /// The channel key this stream was made with.
    PublicKey channel() {
      return session.channel();
    }

    /// Ends the stream; another try follows.
    void close() {
      socket.close();
    }

    byte[] prove(PrivateKey nodeKey) throws CryptoException {
      synchronized (session) {
        return session.prove(nodeKey);
      }
    }

    private @Nullable Output otherOutput;

    /// Moves what is to be sent to the writer; stops at the first other output.
    private void moveSends() {
      while (otherOutput == null) {
        Output next = session.poll();
        if (next instanceof Output.Send send) {
          if (waiting.size() >= MAX_WAITING) {
            socket.close(1000);
          }
          waiting.add(send.message());
        } else if (next == null) {
          return;
        } else {
          otherOutput = next;
        }
      }
    }

    private @Nullable Output nextOutput() {
      synchronized (session) {
        moveSends();
        Output next = otherOutput;
        otherOutput = null;
        return next;
      }
    }

    private long serve() throws IOException {
      Thread writer = Thread.ofPlatform().name("control-write").start(this::write);
      try {
        while (true) {
          for (Output next = nextOutput(); next != null; next = nextOutput()) {
            switch (next) {
              case Output.Send _ -> throw new IllegalStateException("sends were moved");
              case Output.Welcomed(var welcome, long roundTrip) -> {
                upAt = clock.nanos();
                current = this;
                listener.welcomed(this, welcome, roundTrip);
              }
              case Output.Received(var message) -> listener.received(this, message);
              case Output.Skipped _ -> {}
              case Output.Ended(int code, String why) -> {
                waiting.add(END);
                socket.close(code);
                throw new IOException(why);
              }
            }
          }
          byte[] message = socket.receive(untilWake());
          synchronized (session) {
            if (message != null) {
              session.received(message, clock.nanos());
            }
            session.timeReached(clock.nanos());
          }
        }
      } catch (EOFException e) {
        return upAt;
      } finally {
        waiting.add(END);
        writer.interrupt();
        socket.close();
      }
    }

    private Duration untilWake() {
      synchronized (session) {
        long nanos = session.wakeAt() - clock.nanos();
        return Duration.ofNanos(Math.clamp(nanos, 1_000_000, 60 * SECOND));
      }
    }

    private void write() {
      try {
        for (byte[] next = waiting.take(); next != END; next = waiting.take()) {
          socket.send(next);
        }
      } catch (IOException | InterruptedException e) {
        socket.close(); // the reader notices and tells why
      }
    }
  }
}
