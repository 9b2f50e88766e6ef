package dev.adit.core.derp;

import dev.adit.core.limit.TokenBucket;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.FrameCutter;
import dev.adit.wire.derp.PacketFrame;
import dev.adit.wire.derp.ServerInfo;
import dev.adit.wire.derp.SizeRule;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One connection at the client, from the first byte after the upgrade to its end (derp §9).
///
/// How a program uses it, over a blocking connection:
///
/// - one thread reads: [#received], then [#poll] until null; the time-out of its read is what is
///   left until [#wakeAt], when it calls [#timeReached] and polls;
/// - an [Event.Write] is written and flushed; it may come before the relay has admitted us;
/// - any thread sends: it writes the array from [#packet], [#preferred] or [#ping];
/// - after [Event.Failed] nothing more comes: close the connection. A relay that does not admit us
///   only closes it, so the end of the stream before [Event.Admitted] means just that.
///
/// Thread-safe: every method holds the session's lock and does no I/O. The program's writes of
/// whole arrays must not interleave: it needs a lock of its own around them.
public final class DerpClientSession {
  /// What the program is to do, or may want to know.
  public sealed interface Event {
    /// Write these bytes.
    record Write(byte[] bytes) implements Event {}

    /// The relay admitted us.
    record Admitted(ServerInfo info) implements Event {}

    /// The relay, which has admitted us, says anew what we may send; the session keeps to it.
    record LimitChanged(ServerInfo info) implements Event {}

    /// The relay is there; nothing else is to be learned from it.
    record KeepAlive() implements Event {}

    /// For a watcher: `peer` is connected to this relay, perhaps once more.
    ///
    /// @param endpoint from where; null if unknown
    /// @param flags those of [DerpFrame.PeerPresent]
    record PeerPresent(PublicKey peer, @Nullable Endpoint endpoint, int flags) implements Event {}

    /// The relay asks whether we are there. Only for a session that did not promise to answer; else
    /// the answer is an [Event.Write].
    record Pinged(long data) implements Event {}

    /// An answer to a ping that is not the session's own: one of the program's, or late.
    record Ponged(long data) implements Event {}

    /// `source` sent a packet; its key was proven to the relay, not to us.
    record Received(PublicKey source, byte[] packet) implements Event {}

    /// `peer` cannot be reached here.
    ///
    /// @param wasHere true if it had sent us something and has left; false if it answers to a probe
    ///   of ours that it is not here
    record PeerGone(PublicKey peer, boolean wasHere) implements Event {}

    /// A ping of ours was answered after so long.
    record PingAnswered(long nanos) implements Event {}

    /// A ping of ours was not answered in time.
    record PingLost() implements Event {}

    /// A problem of the relay's that a user may see; empty when it is over.
    record Health(String problem) implements Event {}

    /// The relay restarts: wait `reconnectInMillis`, then try for `tryForMillis`.
    record Restarting(long reconnectInMillis, long tryForMillis) implements Event {}

    /// The connection is of no use any more: drop it.
    record Failed(String reason) implements Event {}
  }

  private static final long SECOND = 1_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long HANDSHAKE_LIMIT = 10 * SECOND;
  private static final long SILENCE_LIMIT = 120 * SECOND; // two keep-alive periods

  private final PrivateKey own;
  private final ClientInfo info;
  private final @Nullable PublicKey expected;
  private final RandomGenerator random;
  private final FrameCutter cutter = new FrameCutter(SizeRule.CLIENT_HANDSHAKE);
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private @Nullable NaclBox box;
  private @Nullable PublicKey server;
  private @Nullable TokenBucket limiter;
  private boolean admitted;
  private boolean failed;
  private long deadline;
  private long pingData;
  private long pingSent;
  private long pingLostAt = NEVER; // while one is unanswered

  /// @param expected the key the relay must have; null to take any
  /// @param random must be cryptographically secure outside of tests
  public DerpClientSession(
      PrivateKey own, @Nullable PublicKey expected, RandomGenerator random, long now) {
    this(own, ClientInfo.OURS, expected, random, now);
  }

  /// @param info what we say of ourselves; its mesh key gives the rights of a mesh peer
  public DerpClientSession(
      PrivateKey own,
      ClientInfo info,
      @Nullable PublicKey expected,
      RandomGenerator random,
      long now) {
    this.own = own;
    this.info = info;
    this.expected = expected;
    this.random = random;
    deadline = now + HANDSHAKE_LIMIT;
  }

  /// A connection whose relay is known before its first byte, from its certificate (fast start,
  /// derp §2.4): the first [Event.Write] is there at once, and the ServerKey frame, which comes all
  /// the same, is skipped.
  public static DerpClientSession toKnown(
      PrivateKey own, ClientInfo info, PublicKey server, RandomGenerator random, long now) {
    var session = new DerpClientSession(own, info, server, random, now);
    try {
      session.serverKey(server);
    } catch (CryptoException e) {
      session.fail("relay's key " + server + " is not usable");
    }
    return session;
  }

  /// @param bytes next of the stream; not kept
  public synchronized void received(byte[] bytes, int offset, int length, long now) {
    if (failed) {
      return;
    }
    try {
      cutter.append(bytes, offset, length);
      while (!failed && cutter.next()) {
        if (admitted) {
          deadline = now + SILENCE_LIMIT;
        }
        dispatch(now);
      }
    } catch (MalformedException | CryptoException e) {
      fail(e.getMessage() == null ? "bad frame" : e.getMessage());
    }
  }

  private void dispatch(long now) throws MalformedException, CryptoException {
    switch (cutter.frame()) {
      case DerpFrame.ServerKey(var key) -> serverKey(key);
      case DerpFrame.ServerInfoBox sealed -> serverInfo(sealed, now);
      case DerpFrame.RecvPacket(var source, var packet) ->
          events.add(new Event.Received(source, packet));
      case DerpFrame.PeerGone(var key, var reason) ->
          events.add(new Event.PeerGone(key, reason != DerpFrame.PeerGone.NOT_HERE));
      case DerpFrame.Ping(var data) ->
          events.add(
              info.canAckPings()
                  ? new Event.Write(new DerpFrame.Pong(data).encode())
                  : new Event.Pinged(data));
      case DerpFrame.Pong(var data) -> pong(data, now);
      case DerpFrame.Health(var problem) -> events.add(new Event.Health(problem));
      case DerpFrame.Restarting(var in, var tryFor) -> events.add(new Event.Restarting(in, tryFor));
      case DerpFrame.KeepAlive _ -> events.add(new Event.KeepAlive());
      case DerpFrame.PeerPresent(var key, var endpoint, var flags) ->
          events.add(new Event.PeerPresent(key, endpoint, flags));
      case DerpFrame.Unknown _ -> {}
      // Frames of clients, which the size rule skips.
      case DerpFrame.ClientInfoBox _,
          DerpFrame.SendPacket _,
          DerpFrame.NotePreferred _,
          DerpFrame.ForwardPacket _,
          DerpFrame.WatchConns _,
          DerpFrame.ClosePeer _ -> {}
    }
  }

  private void serverKey(PublicKey key) throws CryptoException {
    if (expected != null && !expected.equals(key)) {
      fail("relay has key " + key + ", expected " + expected);
      return;
    }
    server = key;
    box = NaclBox.between(own, key);
    cutter.switchTo(SizeRule.CLIENT);
    var first = info.seal(own, key, random);
    events.add(new Event.Write(first.encode()));
  }

  private void serverInfo(DerpFrame.ServerInfoBox sealed, long now)
      throws MalformedException, CryptoException {
    if (box == null) {
      throw new MalformedException("DERP ServerInfo: before ServerKey");
    }
    var told = ServerInfo.open(sealed, box);
    limiter =
        told.bytesPerSecond() > 0 && told.burstBytes() > 0
            ? new TokenBucket(told.bytesPerSecond(), told.burstBytes())
            : null;
    events.add(admitted ? new Event.LimitChanged(told) : new Event.Admitted(told));
    admitted = true;
    deadline = now + SILENCE_LIMIT;
  }

  private void pong(long data, long now) {
    if (isAsking() && data == pingData) {
      events.add(new Event.PingAnswered(now - pingSent));
      pingLostAt = NEVER;
    } else {
      events.add(new Event.Ponged(data));
    }
  }

  private void fail(String reason) {
    failed = true;
    deadline = NEVER;
    pingLostAt = NEVER;
    events.add(new Event.Failed(reason));
  }

  public synchronized void timeReached(long now) {
    if (now >= deadline) {
      fail(
          admitted
              ? "relay was silent for 120 seconds"
              : "relay did not finish the handshake within 10 seconds");
    }
    if (now >= pingLostAt) {
      pingLostAt = NEVER;
      events.add(new Event.PingLost());
    }
  }

  public synchronized long wakeAt() {
    return Math.min(deadline, pingLostAt);
  }

  public synchronized @Nullable Event poll() {
    return events.poll();
  }

  /// A packet for `destination`, 0 to 65,536 bytes, as a frame to write; null if the relay's limit
  /// drops it, which like any loss is not an error.
  public byte @Nullable [] packet(
      PublicKey destination, byte[] bytes, int offset, int length, long now) {
    synchronized (this) {
      if (limiter != null && !limiter.take(Derp.PACKET_DATA + length, now)) {
        return null;
      }
    }
    return PacketFrame.send(destination, bytes, offset, length);
  }

  /// Tells the relay whether it is our home, as a frame to write. Not remembered: a new connection
  /// has to be told again.
  public static byte[] preferred(boolean isHome) {
    return new DerpFrame.NotePreferred(isHome).encode();
  }

  /// A ping, as a frame to write; [Event.PingAnswered] or [Event.PingLost] follows. Replaces one
  /// that is still unanswered.
  ///
  /// @param limit how long the answer may take, nanoseconds
  public synchronized byte[] ping(long now, long limit) {
    pingData = random.nextLong();
    pingSent = now;
    pingLostAt = now + limit;
    return new DerpFrame.Ping(pingData).encode();
  }

  /// True while a ping is neither answered nor lost.
  public synchronized boolean isAsking() {
    return pingLostAt != NEVER;
  }

  /// True between [Event.Admitted] and [Event.Failed].
  public synchronized boolean isAdmitted() {
    return admitted && !failed;
  }

  /// The relay's key, or null before it told us.
  public synchronized @Nullable PublicKey server() {
    return server;
  }
}
