package dev.adit.derp;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.DerpRegion;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A client of one relay, or of one region's, over HTTP (derp §10). Thread-safe; one thread should
/// be receiving all the time.
///
/// It connects when there is something to send or to receive, at most 10 seconds long. An error
/// ends the connection and is thrown; the next call connects anew. How long to wait between is the
/// caller's matter ([dev.adit.core.derp.DerpBackoff]).
public final class DerpHttpClient implements AutoCloseable {
  public static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  /// How long an answer to a ping may take (derp §10.7).
  private static final Duration PING_LIMIT = Duration.ofSeconds(5);

  /// What the relay said, and on which connection: the first has number 1.
  public record Heard(long generation, Event event) {}

  private record Live(DerpClient client, long generation) {}

  @FunctionalInterface
  private interface Way {
    DerpClient go(HttpConnect connect) throws IOException;
  }

  private final PrivateKey own;
  private final HttpOptions options;
  private final Way way;
  private final RandomGenerator random;
  private final Clock clock;
  private volatile @Nullable Live live;
  private volatile boolean preferred;
  private volatile boolean closed;

  // Guarded by this, which is never held across I/O.
  private @Nullable CompletableFuture<Live> attempt;
  private @Nullable Thread connector;
  private long generations;

  private DerpHttpClient(
      PrivateKey own, HttpOptions options, Way way, RandomGenerator random, Clock clock) {
    this.own = own;
    this.options = options;
    this.way = way;
    this.random = random;
    this.clock = clock;
  }

  /// A client of the relay at `url`, such as `https://relay.example/derp`.
  ///
  /// @param random must be cryptographically secure, and thread-safe
  public static DerpHttpClient of(
      URI url, PrivateKey own, HttpOptions options, RandomGenerator random, Clock clock) {
    return new DerpHttpClient(
        own, options, connect -> connect.to(Door.of(url, options)), random, clock);
  }

  /// A client of whichever node of a region answers first in their order.
  ///
  /// @param region asked before every connect; null when there is none at the moment
  public static DerpHttpClient of(
      Supplier<@Nullable DerpRegion> region,
      PrivateKey own,
      HttpOptions options,
      RandomGenerator random,
      Clock clock) {
    return new DerpHttpClient(
        own,
        options,
        connect -> {
          DerpRegion now = region.get();
          if (now == null) {
            throw new IOException("region not available");
          }
          return connect.to(now);
        },
        random,
        clock);
  }

  /// Connects unless it is connected.
  public void connect() throws IOException {
    live();
  }

  /// The connection itself, made if there is none: for a program that wants to know which one it
  /// speaks through. When it has ended, the next call makes another.
  public DerpClient connection() throws IOException {
    return live().client;
  }

  /// Sends a packet of 0 to 65,536 bytes. It may get lost without an error.
  public void send(PublicKey destination, byte[] packet) throws IOException {
    carryOut(client -> client.send(destination, packet));
  }

  /// See [DerpClient#forward].
  public void forward(PublicKey source, PublicKey destination, byte[] packet) throws IOException {
    carryOut(client -> client.forward(source, destination, packet));
  }

  /// See [DerpClient#closePeer].
  public void closePeer(PublicKey peer) throws IOException {
    carryOut(client -> client.closePeer(peer));
  }

  /// Tells this relay, and each that a later connection leads to, whether it is our home. Does not
  /// connect.
  public void notePreferred(boolean isHome) throws IOException {
    preferred = isHome;
    Live now = live;
    if (now != null) {
      try {
        now.client.notePreferred(isHome);
      } catch (IOException e) {
        drop(now);
        throw e;
      }
    }
  }

  /// What the relay says next; connects first.
  public Event receive() throws IOException {
    return hear().event();
  }

  public Heard hear() throws IOException {
    Live now = live();
    try {
      return new Heard(now.generation, now.client.receive());
    } catch (IOException e) {
      drop(now);
      throw e;
    }
  }

  /// @return null if nothing came within `limit`
  public @Nullable Heard hear(Duration limit) throws IOException {
    Live now = live();
    try {
      Event event = now.client.receive(limit);
      return event == null ? null : new Heard(now.generation, event);
    } catch (IOException e) {
      drop(now);
      throw e;
    }
  }

  /// The round trip to the relay in nanoseconds. Does not connect; another thread must be
  /// receiving.
  ///
  /// @throws SocketTimeoutException if the answer took more than 5 seconds
  public long ping() throws IOException {
    return ping(PING_LIMIT);
  }

  public long ping(Duration limit) throws IOException {
    Live now = live;
    if (now == null) {
      throw new IOException("not connected");
    }
    return now.client.ping(limit.compareTo(PING_LIMIT) < 0 ? limit : PING_LIMIT);
  }

  private interface Sending {
    void by(DerpClient client) throws IOException;
  }

  private void carryOut(Sending sending) throws IOException {
    Live now = live();
    try {
      sending.by(now.client);
    } catch (IOException e) {
      drop(now);
      throw e;
    }
  }

  /// The connection, made now if there is none; all who wait for it share one attempt.
  private Live live() throws IOException {
    CompletableFuture<Live> shared;
    synchronized (this) {
      Live now = live;
      if (now != null && !now.client.isEnded()) {
        return now;
      }
      if (closed) {
        throw new IOException("client closed");
      }
      if (attempt == null) {
        var begun = new CompletableFuture<Live>();
        attempt = begun;
        connector = Thread.ofVirtual().name("derp-connect").start(() -> connect(begun));
      }
      shared = attempt;
    }
    try {
      return shared.get(CONNECT_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      giveUp(shared, "not connected within " + CONNECT_LIMIT.toSeconds() + " seconds");
      throw new SocketTimeoutException(
          "not connected within " + CONNECT_LIMIT.toSeconds() + " seconds");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? "not connected" : cause.getMessage(), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting", e);
    }
  }

  private void connect(CompletableFuture<Live> mine) {
    try {
      boolean noted = preferred;
      DerpClient client = way.go(new HttpConnect(own, options, random, clock, CONNECT_LIMIT));
      if (noted) {
        client.notePreferred(true);
      }
      if (options.watches() && !options.webSocket()) {
        client.watch();
      }
      Live made = install(mine, client);
      if (made != null) {
        if (preferred != noted) {
          client.notePreferred(preferred);
        }
        mine.complete(made);
      }
    } catch (IOException | RuntimeException e) {
      giveUp(mine, e);
    }
  }

  /// Null, and the client closed, if nobody waits for it any more.
  private synchronized @Nullable Live install(CompletableFuture<Live> mine, DerpClient client) {
    if (attempt != mine || closed) {
      client.close();
      return null;
    }
    var made = new Live(client, ++generations);
    live = made;
    attempt = null;
    connector = null;
    return made;
  }

  private void giveUp(CompletableFuture<Live> which, String reason) {
    giveUp(which, new IOException(reason));
  }

  private void giveUp(CompletableFuture<Live> which, Exception reason) {
    Thread busy = null;
    synchronized (this) {
      if (attempt == which) {
        attempt = null;
        busy = connector;
        connector = null;
      }
    }
    if (busy != null && busy != Thread.currentThread()) {
      busy.interrupt(); // closes the socket it waits for
    }
    which.completeExceptionally(reason);
  }

  private void drop(Live which) {
    which.client.close();
    synchronized (this) {
      if (live == which) {
        live = null;
      }
    }
  }

  /// Ends the connection; the next call makes another.
  public void reconnect() {
    Live now = live;
    if (now != null) {
      drop(now);
    }
  }

  public boolean isConnected() {
    Live now = live;
    return now != null && !now.client.isEnded();
  }

  /// Our end's address, null while there is no connection. Never waits.
  public @Nullable Endpoint local() {
    Live now = live;
    return now == null ? null : now.client.local();
  }

  /// True if our end's address is on no interface any more. Never waits.
  public boolean isStranded() {
    Live now = live;
    return now != null && now.client.isStranded();
  }

  /// The key of the relay we are connected to, or null.
  public @Nullable PublicKey serverKey() {
    Live now = live;
    return now == null ? null : now.client.serverKey();
  }

  public PublicKey key() {
    return own.publicKey();
  }

  /// Ends the connection, or an attempt at one; everything fails from now on.
  @Override
  public void close() {
    CompletableFuture<Live> pending;
    synchronized (this) {
      closed = true;
      pending = attempt;
    }
    if (pending != null) {
      giveUp(pending, "client closed");
    }
    reconnect();
  }
}
