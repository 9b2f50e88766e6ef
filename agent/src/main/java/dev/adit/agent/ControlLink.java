package dev.adit.agent;

import dev.adit.core.control.AgentSession;
import dev.adit.core.control.MapOutput;
import dev.adit.core.control.Reconnect;
import dev.adit.core.control.Reconnect.Target;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HostAddresses;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The agent's stream to the coordinator, kept up until closed: where and when to try is for
/// [Reconnect] to say; each try fetches the identity, upgrades the same connection and speaks
/// [AgentSession] on it.
///
/// One thread starts tries, each of which has a thread of its own; the first one that is welcomed
/// wins. [#send] may be called by any thread; the [Listener] is called on the threads of tries, by
/// one at a time about one stream.
final class ControlLink implements AutoCloseable {
  interface Listener {
    /// Judges an identity document by the trusted root and what is stored (control R-ID-2).
    ///
    /// @return the accepted identity
    /// @throws MalformedException with the text for the user, if it is refused
    Identity identityFetched(Envelope document, HttpsUrl from) throws MalformedException;

    /// What to say first on a new stream.
    ControlMessage.Hello hello();

    /// The stream is usable, if this says so. May call [ControlStream#send] and
    /// [ControlStream#prove].
    ///
    /// @param by how it was reached, to be tried first next time
    /// @return false if the coordinator is not to be trusted
    boolean welcomed(
        ControlStream stream, ControlMessage.Welcome welcome, long roundTrip, Target by);

    void received(ControlStream stream, FromCoordinator message);

    /// The coordinator lets nobody in now, and asks to come again after so many seconds; another
    /// try follows by itself.
    void busy(long seconds);

    /// The stream ended, or none could be made; another try follows by itself. Not told of while
    /// another stream is up. Must not wait for anything.
    ///
    /// @param wasUp whether it had been usable
    void lost(boolean wasUp, String reason);
  }

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final long SECOND = 1_000_000_000L;

  /// What unauthenticated answers may ask for (control R-STR-6).
  private static final int MOST_RETRY_AFTER = 300;

  private final PrivateKey machine;
  private final Clock clock;
  private final RandomGenerator random;
  private final Listener listener;
  private final AgentCounters counters;
  private final Thread thread;
  private final Object lock = new Object();

  // guarded by the lock
  private final Reconnect reconnect;
  private final Set<Try> tries = new HashSet<>();
  private @Nullable Try up;
  private boolean closed;

  private volatile @Nullable ControlStream current;

  /// @param lastGood how the coordinator was reached last; null if never
  ControlLink(
      PrivateKey machine,
      List<HttpsUrl> urls,
      @Nullable Target lastGood,
      Clock clock,
      RandomGenerator random,
      Listener listener,
      AgentCounters counters) {
    this.counters = counters;
    this.machine = machine;
    this.clock = clock;
    this.random = random;
    this.listener = listener;
    this.reconnect = new Reconnect(urls, lastGood, random, clock.nanos());
    this.thread = Thread.ofPlatform().daemon().name("control").unstarted(this::run);
  }

  /// How much of a `Retry-After` counts, in nanoseconds.
  static long counted(int seconds) {
    return Math.min(seconds, MOST_RETRY_AFTER) * SECOND;
  }

  void start() {
    thread.start();
  }

  /// The usable stream, or null.
  @Nullable ControlStream current() {
    return current;
  }

  /// Sends on the usable stream; nothing happens without one.
  void send(FromAgent message) {
    ControlStream stream = current;
    if (stream != null) {
      stream.send(message);
    }
  }

  /// Counts what a map led to.
  void followed(MapOutput output) {
    counters.followed(output);
  }

  /// One try at once: something suggests that it works now.
  void hurry() {
    synchronized (lock) {
      reconnect.hurry(clock.nanos());
      lock.notifyAll();
    }
  }

  /// Addresses or routes of this machine have changed: a stream that has lost its own address is
  /// made anew at once (nat-traversal R-ROAM-1).
  void networkChanged() {
    synchronized (lock) {
      tries.forEach(Try::closeIfStranded);
    }
    hurry();
  }

  /// The coordinator asked to wait before the next try.
  void retryAfter(long nanos) {
    synchronized (lock) {
      reconnect.waitFor(nanos, clock.nanos());
    }
  }

  /// Where the coordinator is from now on.
  void urls(List<HttpsUrl> now) {
    synchronized (lock) {
      reconnect.urls(now);
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      tries.forEach(Try::close);
      lock.notifyAll();
    }
  }

  private void run() {
    try {
      for (List<Try> next = awaitTries(); !next.isEmpty(); next = awaitTries()) {
        next.forEach(Try::start);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// @return the tries that are due; empty when closed
  private List<Try> awaitTries() throws InterruptedException {
    synchronized (lock) {
      List<Try> due = new ArrayList<>();
      while (due.isEmpty() && !closed) {
        long now = clock.nanos();
        reconnect.timeReached(now);
        for (Target next = reconnect.poll(now); next != null; next = reconnect.poll(now)) {
          due.add(new Try(next));
        }
        if (due.isEmpty()) {
          long wake = reconnect.wakeAt();
          lock.wait(wake == Long.MAX_VALUE ? 0 : Math.max(1, (wake - now) / 1_000_000 + 1));
        }
      }
      tries.addAll(due);
      return due;
    }
  }

  /// One try to reach the coordinator, and its stream if that succeeds.
  private final class Try implements ControlStream.Events {
    private final Target target;
    private volatile @Nullable Connection connection;
    private boolean distrusted; // confined to the try's thread, as the two below
    private @Nullable ControlStream stream;
    private StreamTry stage = StreamTry.NO_CONNECTION; // likewise: how it ends if it ends now

    // guarded by the lock
    private boolean greeting; // the coordinator may know of this stream
    private boolean givenUp; // for another one; nobody needs to hear of its end
    private long number;

    Try(Target target) {
      this.target = target;
    }

    void start() {
      Thread.ofPlatform().daemon().name("control-" + target.url().host()).start(this::run);
    }

    void close() {
      Connection open = connection;
      if (open != null) {
        open.close();
      }
    }

    void closeIfStranded() {
      Connection open = connection;
      if (open != null && open.isStranded()) {
        open.close();
      }
    }

    private void run() {
      String reason;
      try {
        serve();
        reason = "the coordinator ended the stream";
      } catch (IOException | CryptoException | MalformedException e) {
        if (e instanceof WebSocketClient.RefusedException refused && refused.status() == 503) {
          stage = StreamTry.BUSY;
        }
        reason = String.valueOf(e.getMessage());
      } catch (RuntimeException e) {
        AgentLog.mistake(ControlLink.class, e);
        reason = "internal error";
      }
      ended(reason);
    }

    private boolean refused() {
      return stream != null && stream.isRefused();
    }

    private void ended(String reason) {
      synchronized (lock) {
        tries.remove(this);
        if (closed) {
          return;
        }
        boolean wasUp = up == this;
        if (stage == StreamTry.WELCOMED) {
          counters.streamLost();
        } else {
          counters.tried(givenUp ? StreamTry.GIVEN_UP : stage);
        }
        if (wasUp) {
          up = null;
          current = null;
        }
        long now = clock.nanos();
        if (wasUp && (distrusted || refused())) {
          reconnect.refused(now);
        } else if (wasUp) {
          reconnect.lost(now);
        } else {
          reconnect.failed(target, now);
        }
        // Under the lock, so that nobody hears of it after the next stream's welcome.
        if (wasUp || !givenUp && up == null) {
          listener.lost(wasUp, reason);
        }
        lock.notifyAll();
      }
    }

    private void serve() throws IOException, CryptoException, MalformedException {
      try (Connection open = connect()) {
        connection = open;
        synchronized (lock) {
          if (closed || givenUp) {
            return;
          }
        }
        open.readTimeout(CONNECT_LIMIT);
        String host = target.url().authority();
        stage = StreamTry.NO_IDENTITY;
        Envelope document = fetch(open, host);
        stage = StreamTry.IDENTITY_REFUSED;
        Identity identity = listener.identityFetched(document, target.url());
        stage = StreamTry.NO_STREAM;
        WebSocketClient socket = upgrade(open, host);
        synchronized (lock) {
          if (closed || givenUp) {
            return;
          }
          greeting = true;
        }
        stage = StreamTry.NOT_WELCOMED;
        var session =
            new AgentSession(
                machine,
                identity.coordinator(),
                identity.channelKeys().getFirst(),
                listener.hello(),
                random,
                clock.nanos());
        var opened = new ControlStream(socket, session, clock, this);
        stream = opened;
        opened.serve();
      }
    }

    private Connection connect() throws IOException {
      HttpsUrl url = target.url();
      IpAddress address = target.address();
      if (address == null) {
        return TlsClient.connect(url.host(), url.port(), PinPolicy.any(), CONNECT_LIMIT);
      }
      List<Endpoint> there = List.of(new Endpoint(address, url.port()));
      return TlsClient.connect(there, url.host(), PinPolicy.any(), CONNECT_LIMIT);
    }

    private static Envelope fetch(Connection open, String host)
        throws IOException, MalformedException {
      HttpExchange.Answer answer =
          HttpExchange.get(open, host, "/adit/identity", Identity.MAX_DOCUMENT_BYTES);
      if (answer.status() != 200) {
        throw new IOException(
            host + " is no Adit coordinator: /adit/identity answers " + answer.status());
      }
      return Envelope.read(Json.parseObject(answer.body()));
    }

    private WebSocketClient upgrade(Connection open, String host) throws IOException {
      try {
        return WebSocketClient.open(open, host, "/adit/stream", "adit-control-v1", random);
      } catch (WebSocketClient.RefusedException e) {
        if (e.retryAfterSeconds() > 0) {
          long pause = counted(e.retryAfterSeconds());
          retryAfter(pause);
          listener.busy(pause / SECOND);
        }
        throw e;
      }
    }

    @Override
    public void welcomed(ControlStream stream, ControlMessage.Welcome welcome, long roundTrip)
        throws IOException {
      Target by = new Target(target.url(), reachedAt());
      if (!wins(welcome.stream(), by)) {
        throw new IOException("a newer stream is up");
      }
      stage = StreamTry.DISTRUSTED;
      distrusted = true; // until it is said otherwise, also if an exception comes instead
      distrusted = !listener.welcomed(stream, welcome, roundTrip, by);
      if (distrusted) {
        throw new IOException(target.url() + " is not to be trusted");
      }
      AgentLog.info(ControlLink.class, "coordinator_connected", "connected to the coordinator");
      stage = StreamTry.WELCOMED;
      counters.tried(stage);
      synchronized (lock) {
        if (up == this) {
          current = stream;
        }
      }
    }

    /// The newest stream is the one that the coordinator takes for ours (control R-DB-5). Tries
    /// that it cannot know of yet are given up.
    private boolean wins(long stream, Target by) {
      synchronized (lock) {
        Try before = up;
        if (closed || givenUp || before != null && before.number > stream) {
          givenUp = true;
          return false;
        }
        number = stream;
        up = this;
        current = null;
        reconnect.welcomed(by, by.address(), clock.nanos());
        for (Try other : tries) {
          if (other == before || other != this && !other.greeting) {
            other.givenUp = true;
            other.close();
          }
        }
        return true;
      }
    }

    /// The coordinator's address; null if it is in the URL anyway, or behind a proxy.
    private @Nullable IpAddress reachedAt() {
      Connection open = connection;
      String host = target.url().host();
      boolean named = HostAddresses.literal(host) == null && !TlsClient.isProxied(host);
      return named && open != null ? open.remote().address() : null;
    }

    @Override
    public void received(ControlStream stream, FromCoordinator message) {
      switch (message) {
        case ControlMessage.Superseded _ -> superseded();
        case ControlMessage.Drain(long afterMs, List<HttpsUrl> there) -> {
          stream.leaveAfter(afterMs);
          synchronized (lock) {
            reconnect.drained(there);
          }
        }
        default -> listener.received(stream, message);
      }
    }

    @Override
    public void skipped() {
      counters.skipped();
    }

    private void superseded() {
      synchronized (lock) {
        if (tries.stream().noneMatch(other -> other != this && other.greeting)) {
          reconnect.superseded(clock.nanos());
        }
      }
    }
  }
}
