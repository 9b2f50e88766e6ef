package dev.adit.derp;

import dev.adit.core.derp.DerpClientSession;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One connection to a relay, over any byte stream (derp §9).
///
/// One thread receives, and has to: pings are answered and heard by it. Any thread sends. Every
/// error is final: the stream is closed, and every later call fails with the same reason; make a
/// new client then ([DerpHttpClient] does that by itself).
public final class DerpClient implements AutoCloseable {
  private static final long NEVER = Long.MAX_VALUE;
  private static final long SECOND = 1_000_000_000L;

  /// How often a thread that receives looks whether another one is stuck in writing.
  private static final long LOOK = SECOND;

  /// How long writing a forwarded packet may take: a mesh link that stalls is worth nothing.
  private static final long FORWARD_LIMIT = 5 * SECOND;

  private final ByteChannel channel;
  private final PrivateKey own;
  private final DerpClientSession session;
  private final RandomGenerator random;
  private final Clock clock;
  private final Map<Long, CompletableFuture<Long>> pings = new ConcurrentHashMap<>();
  private volatile long forwardingSince = NEVER;
  private volatile @Nullable IOException broken;

  /// Keeps frames whole, so it is held across I/O.
  private final ReentrantLock writing = new ReentrantLock();

  // Guarded by receiving, which is held across I/O: one thread reads.
  private final ReentrantLock receiving = new ReentrantLock();
  private final byte[] buffer = new byte[16 * 1024];

  private DerpClient(
      ByteChannel channel,
      PrivateKey own,
      DerpClientSession session,
      RandomGenerator random,
      Clock clock) {
    this.channel = channel;
    this.own = own;
    this.session = session;
    this.random = random;
    this.clock = clock;
  }

  /// Waits for the relay's key, at most 10 seconds, and says who we are. Whether the relay admits
  /// us only [#receive] tells; packets may be sent meanwhile.
  ///
  /// @param channel belongs to the client from now on, also if this fails
  /// @param random must be cryptographically secure, and thread-safe
  public static DerpClient open(
      ByteChannel channel, PrivateKey own, DerpOptions options, RandomGenerator random, Clock clock)
      throws IOException {
    var session =
        new DerpClientSession(own, options.info(), options.serverKey(), random, clock.nanos());
    var client = new DerpClient(channel, own, session, random, clock);
    client.greet();
    return client;
  }

  /// Says who we are at once, to a relay whose key is known already (fast start, derp §9.1).
  ///
  /// @param serverKey instead of that of `options`
  public static DerpClient openToKnown(
      ByteChannel channel,
      PrivateKey own,
      PublicKey serverKey,
      DerpOptions options,
      RandomGenerator random,
      Clock clock)
      throws IOException {
    var session = DerpClientSession.toKnown(own, options.info(), serverKey, random, clock.nanos());
    var client = new DerpClient(channel, own, session, random, clock);
    client.greet();
    return client;
  }

  /// Reads until there is our first frame to write, and writes it.
  private void greet() throws IOException {
    receiving.lock();
    try {
      while (true) {
        switch (session.poll()) {
          case Event.Write(var bytes) -> {
            write(bytes);
            return;
          }
          case Event.Failed(var reason) -> throw fail(new IOException(reason));
          case null -> read(NEVER);
          case Event _ -> {} // nothing else comes before our first frame
        }
      }
    } finally {
      receiving.unlock();
    }
  }

  /// Sends a packet of 0 to 65,536 bytes. Not an error: it may get lost, here by the relay's limit
  /// or later.
  ///
  /// @throws IllegalArgumentException if it is longer
  public void send(PublicKey destination, byte[] packet) throws IOException {
    send(destination, packet, 0, packet.length);
  }

  public void send(PublicKey destination, byte[] bytes, int offset, int length) throws IOException {
    byte[] frame = session.packet(destination, bytes, offset, length, clock.nanos());
    if (frame != null) {
      write(frame);
    }
  }

  /// As a mesh peer: passes on what `source`, our client, sends to `destination`, theirs. A write
  /// that takes more than 5 seconds ends the connection.
  public void forward(PublicKey source, PublicKey destination, byte[] packet) throws IOException {
    forward(new DerpFrame.ForwardPacket(source, destination, packet).encode());
  }

  /// The same for whole ForwardPacket frames, one or several.
  public void forward(byte[] frames) throws IOException {
    forwardingSince = clock.nanos();
    try {
      write(frames);
    } finally {
      forwardingSince = NEVER;
    }
  }

  /// Tells the relay whether it is our home.
  public void notePreferred(boolean isHome) throws IOException {
    write(DerpClientSession.preferred(isHome));
  }

  /// As a mesh peer: [#receive] tells from now on who is connected.
  public void watch() throws IOException {
    write(new DerpFrame.WatchConns().encode());
  }

  /// As a mesh peer: drops the connections of `peer` at this relay.
  public void closePeer(PublicKey peer) throws IOException {
    write(new DerpFrame.ClosePeer(peer).encode());
  }

  public void sendPing(long data) throws IOException {
    write(new DerpFrame.Ping(data).encode());
  }

  /// Only needed by a client that did not promise to answer pings.
  public void sendPong(long data) throws IOException {
    write(new DerpFrame.Pong(data).encode());
  }

  /// Asks the relay whether it is there. Another thread must be receiving.
  ///
  /// @return the round trip in nanoseconds
  /// @throws SocketTimeoutException if no answer came in time; the connection stays usable
  public long ping(Duration limit) throws IOException {
    long data = random.nextLong();
    var answered = new CompletableFuture<Long>();
    pings.put(data, answered);
    try {
      long sent = clock.nanos();
      sendPing(data);
      return answered.get(limit.toNanos(), TimeUnit.NANOSECONDS) - sent;
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("the relay did not answer a ping within " + limit);
    } catch (ExecutionException e) {
      throw ended();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a pong", e);
    } finally {
      pings.remove(data);
    }
  }

  /// Waits for what the relay says next. Its pings, and its answers to [#ping], are dealt with here
  /// and not told.
  ///
  /// @throws IOException when the connection has ended; after 120 seconds without a frame, too. A
  ///   relay that does not admit us only ends it
  public Event receive() throws IOException {
    while (true) {
      Event event = receive(Duration.ofSeconds(60));
      if (event != null) {
        return event;
      }
    }
  }

  /// @return null if nothing came within `limit`
  public @Nullable Event receive(Duration limit) throws IOException {
    receiving.lock();
    try {
      long until = clock.nanos() + limit.toNanos();
      while (true) {
        if (broken != null) {
          throw ended();
        }
        switch (session.poll()) {
          case Event.Write(var bytes) -> write(bytes);
          case Event.Failed(var reason) -> throw fail(new IOException(reason));
          case Event.Ponged pong when isAwaited(pong) -> {}
          case null -> {
            if (clock.nanos() >= until) {
              return null;
            }
            read(until);
          }
          case Event event -> {
            return event;
          }
        }
      }
    } finally {
      receiving.unlock();
    }
  }

  private boolean isAwaited(Event.Ponged pong) {
    var awaited = pings.get(pong.data());
    return awaited != null && awaited.complete(clock.nanos());
  }

  private void read(long until) throws IOException {
    long now = clock.nanos();
    long wait = Math.min(Math.min(until, session.wakeAt()), now + LOOK) - now;
    int length;
    try {
      length = channel.read(buffer, Duration.ofNanos(Math.max(wait, 1_000_000)));
    } catch (IOException e) {
      throw fail(e);
    }
    now = clock.nanos();
    if (length < 0) {
      throw fail(
          new EOFException(
              session.isAdmitted()
                  ? "the relay ended the connection"
                  : "the relay did not admit this client"));
    }
    if (length > 0) {
      session.received(buffer, 0, length, now);
    } else {
      session.timeReached(now);
    }
    long since = forwardingSince;
    if (since != NEVER && now - since > FORWARD_LIMIT) {
      throw fail(new IOException("the relay takes no packets any more"));
    }
  }

  private void write(byte[] bytes) throws IOException {
    writing.lock();
    try {
      if (broken != null) {
        throw ended();
      }
      channel.write(bytes);
    } catch (IOException e) {
      throw broken == null ? fail(e) : ended();
    } finally {
      writing.unlock();
    }
  }

  /// Ends the connection for this reason, unless it has ended already.
  private IOException fail(IOException reason) {
    if (broken == null) {
      broken = reason;
    }
    channel.close();
    for (var ping : pings.values()) {
      ping.completeExceptionally(reason);
    }
    return reason;
  }

  /// A new exception each time: one that several threads share has one thread's trace.
  private IOException ended() {
    IOException reason = broken;
    return new IOException(reason == null ? "closed" : reason.getMessage(), reason);
  }

  /// True once the connection has ended, by whichever side.
  public boolean isEnded() {
    return broken != null;
  }

  /// Our end's address; null if the stream has none.
  public @Nullable Endpoint local() {
    return channel.local();
  }

  /// True if our end's address is on no interface any more: nothing can come back.
  public boolean isStranded() {
    return channel.isStranded();
  }

  /// Our key, under which others reach us here.
  public PublicKey key() {
    return own.publicKey();
  }

  /// The relay's key.
  public PublicKey serverKey() {
    PublicKey known = session.server();
    if (known == null) {
      throw new IllegalStateException("no client without the relay's key");
    }
    return known;
  }

  /// The longest packet.
  public static int maxPacket() {
    return Derp.MAX_PACKET;
  }

  @Override
  public void close() {
    fail(new IOException("client closed"));
  }
}
