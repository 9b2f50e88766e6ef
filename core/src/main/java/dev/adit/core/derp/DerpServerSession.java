package dev.adit.core.derp;

import dev.adit.core.limit.TokenBucket;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PublicKey;
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

/// One connection at the relay, from the first byte after the upgrade to its end (derp §4).
///
///     ServerKey ──▶ ClientInfo within 10 s ──▶ box opens? admitted? ──▶ ServerInfo ──▶ packets
///                                                   └─ no: ended, and the client sees only EOF
///
/// Tell it what happened; then, while the connection takes more, drain [#poll] until null; end the
/// connection when [#isEnded]; sleep until [#wakeAt]. Confined to the connection's thread, except
/// that other connections' threads put packets into its mailbox, which then calls `wake`.
public final class DerpServerSession {
  private static final long SECOND = 1_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long HANDSHAKE_LIMIT = 10 * SECOND;
  private static final long WRITE_LIMIT = 2 * SECOND;
  private static final long KEEP_ALIVE = 60 * SECOND;
  private static final long KEEP_ALIVE_SPREAD = 5 * SECOND;
  private static final byte[] KEEP_ALIVE_FRAME = new DerpFrame.KeepAlive().encode();

  private final DerpRouter router;
  private final DerpCounter.Sink counters;
  private final RandomGenerator random;
  private final FrameCutter cutter = new FrameCutter(SizeRule.RELAY_HANDSHAKE);
  private final Mailbox mailbox;

  // Of the connection's thread.
  private final ArrayDeque<byte[]> own = new ArrayDeque<>(2);
  private @Nullable PublicKey client;
  private @Nullable ClientSet set;
  private @Nullable TokenBucket notHere;
  private @Nullable String endReason;
  private byte @Nullable [] pong;
  private boolean isHome;
  private long handshakeUntil;
  private long keepAlivePeriod;
  private long keepAliveAt = NEVER;
  private long writableUntil = NEVER;

  /// @param wake called by any thread when there is something to [#poll]; must not block
  public DerpServerSession(DerpRouter router, Runnable wake, RandomGenerator random, long now) {
    this.router = router;
    this.counters = router.counters();
    this.random = random;
    this.mailbox = new Mailbox(wake, counters);
    handshakeUntil = now + HANDSHAKE_LIMIT;
    own.add(new DerpFrame.ServerKey(router.publicKey()).encode());
    counters.add(DerpCounter.ACCEPTS, 1);
  }

  /// @param bytes next of the stream; not kept
  public void received(byte[] bytes, int offset, int length, long now) {
    if (isEnded()) {
      return;
    }
    try {
      cutter.append(bytes, offset, length);
      while (!isEnded() && cutter.next()) {
        var proven = client;
        if (proven == null) {
          handshake(now);
        } else {
          dispatch(proven, now);
        }
      }
    } catch (MalformedException e) {
      end(
          client == null ? DerpCounter.HANDSHAKE_FAILURES : DerpCounter.PROTOCOL_ERRORS,
          e.getMessage());
    } catch (CryptoException e) {
      end(DerpCounter.HANDSHAKE_FAILURES, e.getMessage());
    }
  }

  private void handshake(long now) throws MalformedException, CryptoException {
    var first = (DerpFrame.ClientInfoBox) cutter.frame();
    var box = NaclBox.between(router.key(), first.client());
    ClientInfo.open(first, box);
    if (!router.admits(first.client())) {
      end(DerpCounter.NOT_ADMITTED, "key " + first.client() + " is not admitted");
      return;
    }
    client = first.client();
    handshakeUntil = NEVER;
    keepAlivePeriod = KEEP_ALIVE + random.nextLong(KEEP_ALIVE_SPREAD);
    keepAliveAt = now + keepAlivePeriod;
    notHere = new TokenBucket(1, 3);
    own.add(ServerInfo.OURS.seal(box, random).encode());
    cutter.switchTo(this::takes);
    router.register(this, first.client());
    // A key revoked since it was admitted was not found among the connected ones.
    if (!router.admits(first.client())) {
      end(DerpCounter.REVOKED, "key " + first.client() + " is no longer admitted");
    }
  }

  /// Called by the router, with its lock.
  void registered(ClientSet set) {
    this.set = set;
  }

  /// Any frame shows that this connection is alive; of several, that makes it the active one.
  private boolean takes(int type, long length) throws MalformedException {
    var mine = set;
    if (mine != null && mine.active() != this) {
      router.spoke(this, mine);
    }
    return SizeRule.RELAY.takes(type, length);
  }

  private void dispatch(PublicKey source, long now) throws MalformedException {
    switch (cutter.type()) {
      case Derp.SEND_PACKET -> packet(source, now);
      case Derp.PING -> ping();
      case Derp.NOTE_PREFERRED -> notePreferred(cutter.array()[cutter.offset()] != 0);
      default -> throw new MalformedException("DERP frame " + cutter.type() + ": not expected");
    }
  }

  /// Written out rather than decoded: this is the packet path.
  private void packet(PublicKey source, long now) {
    byte[] bytes = cutter.array();
    int data = cutter.offset() + Derp.KEY_BYTES;
    int length = cutter.length() - Derp.KEY_BYTES;
    var destination = PublicKey.of(bytes, cutter.offset(), Derp.KEY_BYTES);
    var kind = PacketKind.of(bytes, data, length);
    counters.add(DerpCounter.PACKETS_RECEIVED, 1);
    counters.add(DerpCounter.BYTES_RECEIVED, length);
    if (kind.hasPriority()) {
      counters.add(DerpCounter.PRIORITY_PACKETS_RECEIVED, 1);
    }
    var receiver = router.route(source, destination);
    if (receiver != null) {
      byte[] frame = PacketFrame.recv(source, bytes, data, length);
      receiver.mailbox.deliver(source, frame, kind.hasPriority());
      return;
    }
    counters.add(DerpCounter.DROPPED_UNKNOWN_DESTINATION, 1);
    // Not for other packets: nobody should find out by data who is here. One a second, because the
    // answer helps a client, it must not work for one.
    if (kind.isAnsweredWhenNotHere() && notHere != null && notHere.take(1, now)) {
      own.add(new DerpFrame.PeerGone(destination, DerpFrame.PeerGone.NOT_HERE).encode());
      counters.add(DerpCounter.PEER_GONE_NOT_HERE, 1);
    }
  }

  private void ping() throws MalformedException {
    counters.add(DerpCounter.PINGS_RECEIVED, 1);
    if (pong == null) {
      var ping = (DerpFrame.Ping) cutter.frame();
      pong = new DerpFrame.Pong(ping.data()).encode();
    }
  }

  private void notePreferred(boolean home) {
    if (home != isHome) {
      isHome = home;
      counters.add(DerpCounter.HOME_CONNECTIONS, home ? 1 : -1);
    }
  }

  /// The connection takes no more bytes for now; if that lasts 2 seconds, it ends.
  public void writeBlocked(long now) {
    if (writableUntil == NEVER) {
      writableUntil = now + WRITE_LIMIT;
    }
  }

  /// The connection takes bytes again.
  public void writable() {
    writableUntil = NEVER;
  }

  public void timeReached(long now) {
    if (now >= handshakeUntil) {
      end(DerpCounter.HANDSHAKE_TIMEOUTS, "no ClientInfo within 10 seconds");
    }
    if (now >= writableUntil) {
      end(DerpCounter.WRITE_TIMEOUTS, "client does not read");
    }
    if (now >= keepAliveAt && !isEnded()) {
      keepAliveAt = now + keepAlivePeriod;
      own.add(KEEP_ALIVE_FRAME);
      counters.add(DerpCounter.KEEP_ALIVES_SENT, 1);
    }
  }

  public long wakeAt() {
    return isEnded() ? NEVER : Math.min(handshakeUntil, Math.min(writableUntil, keepAliveAt));
  }

  /// The next frame to write, or null when there is none.
  public byte @Nullable [] poll() {
    if (isEnded()) {
      return null;
    }
    var mustEnd = mailbox.mustEnd();
    if (mustEnd != null) {
      end(mustEnd, mustEnd.sentence());
      return null;
    }
    byte[] frame = own.poll();
    if (frame == null && pong != null) {
      frame = pong;
      pong = null;
      counters.add(DerpCounter.PONGS_SENT, 1);
    }
    if (frame == null && set != null) {
      frame = mailbox.poll();
      var source = mailbox.takeFirstHeard();
      if (source != null) {
        router.subscribe(mailbox, source);
      }
    }
    return frame;
  }

  /// Called by any thread: the connection must end.
  void demandEnd(DerpCounter why) {
    mailbox.demandEnd(why);
  }

  private void end(DerpCounter why, @Nullable String reason) {
    if (endReason == null) {
      endReason = reason == null ? "" : reason;
      counters.add(why, 1);
      leave();
    }
  }

  /// The connection has ended, by whichever side. Harmless if repeated.
  public void closed() {
    if (endReason == null) {
      endReason = "closed";
      leave();
    }
  }

  private void leave() {
    notePreferred(false);
    if (client != null && set != null) {
      router.unregister(this, client, set, mailbox);
    }
  }

  /// True when the connection must be dropped; there is no error frame.
  public boolean isEnded() {
    return endReason != null;
  }

  /// Why it ended, for a log; null before.
  public @Nullable String endReason() {
    return endReason;
  }

  /// The client's proven key, or null before it is admitted.
  public @Nullable PublicKey client() {
    return client;
  }
}
