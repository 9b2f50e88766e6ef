package dev.adit.core.derp;

import dev.adit.core.admission.Admission;
import dev.adit.core.admission.Applicant;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.DerpFrame.PeerPresent;
import dev.adit.wire.derp.FrameCutter;
import dev.adit.wire.derp.ServerInfo;
import dev.adit.wire.derp.SizeRule;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One connection at the relay, from the first byte after the upgrade to its end (derp §4).
///
///     ServerKey ──▶ ClientInfo within 10 s ──▶ box opens? admitted? ──▶ ServerInfo ──▶ packets
///                                                  │          └─ somebody is asked: nothing is read
///                                                  └─ no: ended, and the client sees only EOF
///
/// Tell it what happened, then [#drain] it; end the connection when [#isEnded]; read only while
/// [#isReading]; sleep until [#wakeAt]. Confined to the connection's thread, except that other
/// connections' threads put packets into its [Mailbox], which then wakes the [DerpOutput].
///
/// A packet for another connection of the same thread goes straight to that one's output; see
/// [#deliver].
public final class DerpServerSession {
  private static final long SECOND = 1_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long HANDSHAKE_LIMIT = 10 * SECOND;
  private static final long MESH_WRITE_LIMIT = 30 * SECOND;
  private static final long KEEP_ALIVE = 60 * SECOND;
  private static final long KEEP_ALIVE_SPREAD = 5 * SECOND;

  private static final byte[] KEEP_ALIVE_FRAME = new DerpFrame.KeepAlive().encode();

  private final DerpRouter router;
  private final DerpCounts counts;
  private final RandomGenerator random;
  private final @Nullable Endpoint remote;
  private final boolean ideal;
  private final DerpOutput output;
  private final FrameCutter cutter = new FrameCutter(SizeRule.RELAY_HANDSHAKE);
  private final Mailbox mailbox;
  private final WriteStall stall;
  private final ArrayDeque<byte[]> own = new ArrayDeque<>(2);
  private final Hearing hearing;
  private HomeFlag home;
  private @Nullable Asking asking;
  private @Nullable Packets packets; // once admitted
  private @Nullable Charges charges; // once admitted; mesh peers pay nothing
  private @Nullable RegionEntry entry;
  private volatile @Nullable Guest guest; // once admitted
  private volatile boolean privileged;
  private boolean watching;
  private boolean blocked;
  private long lastWaitedSince;
  private @Nullable String endReason;
  private @Nullable QueuedFrame spare;
  private byte @Nullable [] pong;

  // Traffic, read by other threads too, which may lag.
  private long packetsSent;
  private long bytesSent;

  private long handshakeUntil;
  private long keepAlivePeriod;
  private long keepAliveAt = NEVER;

  /// @param remote where the client comes from; null if unknown
  /// @param ideal false if the client said that it would rather use another relay
  public DerpServerSession(
      DerpRouter router,
      @Nullable Endpoint remote,
      boolean ideal,
      DerpOutput output,
      RandomGenerator random,
      long now) {
    this.router = router;
    this.counts = router.counts();
    this.random = random;
    this.remote = remote;
    this.ideal = ideal;
    this.output = output;
    this.stall = new WriteStall(output);
    this.mailbox = new Mailbox(output::wake, router.options().queueDepth(), counts);
    this.hearing = new Hearing(router, mailbox);
    this.home = new HomeFlag(counts, now);
    handshakeUntil = now + HANDSHAKE_LIMIT;
    own.add(new DerpFrame.ServerKey(router.publicKey()).encode());
    counts.add(DerpCounter.ACCEPTS, 1);
  }

  /// @param bytes next of the stream; not kept
  public void received(byte[] bytes, int offset, int length, long now) {
    if (isEnded()) {
      return;
    }
    if (asking != null) {
      hold(asking, bytes, offset, length);
      return;
    }
    try {
      cutter.append(bytes, offset, length);
      while (!isEnded() && asking == null && cutter.next()) {
        if (packets == null) {
          handshake(now);
        } else {
          dispatch(packets, now);
        }
      }
    } catch (MalformedException e) {
      end(
          packets == null ? DerpCounter.HANDSHAKE_FAILURES : DerpCounter.PROTOCOL_ERRORS,
          e.getMessage());
    } catch (CryptoException e) {
      end(DerpCounter.HANDSHAKE_FAILURES, e.getMessage());
    }
    if (packets != null) {
      packets.count();
    }
    if (charges != null && !isEnded()) {
      charges.charge(now);
    }
  }

  private void handshake(long now) throws MalformedException, CryptoException {
    var first = (DerpFrame.ClientInfoBox) cutter.frame();
    var client = first.client();
    var box = NaclBox.between(router.key(), client);
    var info = ClientInfo.open(first, box);
    var meshKey = router.options().meshKey();
    privileged = meshKey != null && meshKey.matches(info.meshKey());
    var verdict =
        privileged
            ? Admission.Verdict.ADMITTED
            : router.admission().judge(new Applicant(client, address(), info), mailbox::judged);
    switch (verdict) {
      case ADMITTED -> admit(client, box, info, now);
      case REFUSED -> refuse(client);
      case LATER -> {
        asking = new Asking(client, box, info, cutter.takeRest());
        handshakeUntil = now + HANDSHAKE_LIMIT;
      }
    }
  }

  private @Nullable IpAddress address() {
    return remote == null ? null : remote.address();
  }

  private void refuse(PublicKey client) {
    end(DerpCounter.NOT_ADMITTED, "key " + client + " is not admitted");
  }

  private void hold(Asking asked, byte[] bytes, int offset, int length) {
    var more = asked.holding(bytes, offset, length);
    if (more == null) {
      end(DerpCounter.PROTOCOL_ERRORS, "too much before somebody said whether it is admitted");
    } else {
      asking = more;
    }
  }

  private void judged(Asking asked, Admission.Verdict verdict, long now) {
    asking = null;
    if (verdict != Admission.Verdict.ADMITTED) {
      refuse(asked.client());
      return;
    }
    admit(asked.client(), asked.box(), asked.info(), now);
    received(asked.held(), 0, asked.held().length, now);
  }

  /// Nobody hears of a client before this (derp §17.4).
  private void admit(PublicKey client, NaclBox box, ClientInfo info, long now) {
    handshakeUntil = NEVER;
    home = new HomeFlag(counts, now);
    keepAlivePeriod = KEEP_ALIVE + random.nextLong(KEEP_ALIVE_SPREAD);
    keepAliveAt = now + keepAlivePeriod;
    packets = new Packets(router, client, privileged, own::add);
    charges = privileged ? null : new Charges(router, client, address());
    var told = privileged ? ReceiveLimits.Rate.NONE : router.receiveBuckets().limits().told();
    var serverInfo = new ServerInfo(Derp.VERSION, told.bytesPerSecond(), told.burstBytes());
    own.add(serverInfo.seal(box, random).encode());
    var problem = router.problem();
    if (problem != null) {
      own.add(problem.encode());
    }
    cutter.switchTo(this::takes);
    mailbox.admitted(client, router::drops);
    var admitted = Guest.of(client, remote, info, privileged, ideal, now);
    guest = admitted;
    if (!ideal) {
      counts.add(DerpCounter.NOT_IDEAL_CONNECTIONS, 1);
    }
    router.register(this, client, admitted.presence());
    // A key revoked since it was admitted was not found among the connected ones.
    if (!privileged && !router.admission().admits(client)) {
      end(DerpCounter.REVOKED, "key " + client + " is no longer admitted");
    }
  }

  /// Called by the router, with its lock.
  void registered(RegionEntry entry) {
    this.entry = entry;
  }

  /// Any frame shows that this connection is alive; of several, that makes it the active one.
  private boolean takes(int type, long length) throws MalformedException {
    var mine = entry;
    if (mine != null && mine.active() != this) {
      router.spoke(this, mine);
    }
    boolean known = (privileged ? SizeRule.RELAY_MESH : SizeRule.RELAY).takes(type, length);
    boolean isPacket = type == Derp.SEND_PACKET || type == Derp.FORWARD_PACKET;
    if (!known) {
      counts.add(DerpCounter.UNKNOWN_FRAMES, 1);
    }
    if (charges != null) {
      charges.frame(length, isPacket);
    }
    return known;
  }

  private void dispatch(Packets packets, long now) throws MalformedException {
    switch (cutter.type()) {
      case Derp.SEND_PACKET -> packets.sent(cutter.array(), cutter.offset(), cutter.length(), now);
      case Derp.FORWARD_PACKET ->
          packets.forwarded(cutter.array(), cutter.offset(), cutter.length(), now);
      case Derp.PING -> ping();
      case Derp.NOTE_PREFERRED -> home.noted(cutter.array()[cutter.offset()] != 0, now);
      case Derp.WATCH_CONNS -> watch(packets.client());
      case Derp.CLOSE_PEER -> {
        var closed = PublicKey.of(cutter.array(), cutter.offset(), Derp.KEY_BYTES);
        counts.add(DerpCounter.CLOSE_PEER_ASKED, 1);
        router.closePeer(closed);
      }
      default -> throw new MalformedException("DERP frame " + cutter.type() + ": not expected");
    }
  }

  private void ping() throws MalformedException {
    counts.add(DerpCounter.PINGS_RECEIVED, 1);
    if (pong == null) {
      var ping = (DerpFrame.Ping) cutter.frame();
      pong = new DerpFrame.Pong(ping.data()).encode();
    }
  }

  /// A relay that dials itself would hear of its own clients as if they were another's.
  private void watch(PublicKey client) {
    if (!client.equals(router.publicKey())) {
      watching = true;
      router.watch(mailbox);
    }
  }

  /// False while the connection must not be read: while somebody is asked whether to admit the
  /// client, and while the client has sent more than it may.
  public boolean isReading() {
    return asking == null && (charges == null || !charges.isPaused());
  }

  /// Sends one packet from another connection, called by that one's thread. If this connection has
  /// the same thread, takes bytes and has nothing waiting, the packet is appended to what it is
  /// sent and leaves with everything else that the thread's present work causes; else it queues.
  ///
  /// @param header that of a RecvPacket frame for the packet
  /// @return true if it did not queue
  boolean deliver(
      PublicKey source,
      PacketKind kind,
      byte[] header,
      byte[] bytes,
      int offset,
      int length,
      long now) {
    if (output.takes() && mailbox.isEmpty() && own.isEmpty() && !isEnded()) {
      output.append(header, bytes, offset, length);
      packetsSent++;
      bytesSent += length;
      hearing.heard(source);
      return true;
    }
    mailbox.deliver(source, kind, header, bytes, offset, length, now);
    return false;
  }

  /// Does what other threads asked for, and writes what there is as long as the connection takes
  /// it; to be called after everything else, and when the output was woken.
  public void drain(long now) {
    var mustEnd = mailbox.mustEnd();
    if (mustEnd != null && !isEnded()) {
      end(mustEnd, mustEnd.sentence());
    }
    var asked = asking;
    var verdict = mailbox.verdict();
    if (asked != null && verdict != null && !isEnded()) {
      judged(asked, verdict, now);
    }
    long packetsBefore = packetsSent;
    long bytesBefore = bytesSent;
    boolean takes = output.takes();
    long waited = 0;
    while (takes && !isEnded() && writeNext()) {
      waited += lastWaitedSince == 0 ? 0 : Math.max(0, now - lastWaitedSince);
      lastWaitedSince = 0;
      takes = output.takes();
    }
    if (packetsSent > packetsBefore) {
      counts.add(DerpCounter.PACKETS_SENT, packetsSent - packetsBefore);
      counts.add(DerpCounter.BYTES_SENT, bytesSent - bytesBefore);
      counts.add(DerpCounter.PACKETS_QUEUED, packetsSent - packetsBefore);
      counts.add(DerpCounter.QUEUE_NANOS, waited);
    }
    if (takes == blocked) {
      blocked = !takes;
      mailbox.blocked(blocked);
    }
    stall.noted(takes, writeLimit(), now);
  }

  private long writeLimit() {
    return privileged ? MESH_WRITE_LIMIT : router.options().writeLimit();
  }

  /// False if there is nothing.
  private boolean writeNext() {
    byte[] frame = own.poll();
    if (frame == null && pong != null) {
      frame = pong;
      pong = null;
      counts.add(DerpCounter.PONGS_SENT, 1);
    }
    if (frame != null) {
      output.append(frame, 0, frame.length);
      return true;
    }
    return entry != null && writeQueued();
  }

  private boolean writeQueued() {
    var queued = mailbox.poll(spare);
    spare = null;
    if (queued == null) {
      return false;
    }
    output.append(queued.bytes, 0, queued.length);
    var source = queued.source;
    if (queued.kind != null && source != null) {
      packetsSent++;
      bytesSent += queued.length - Derp.PACKET_DATA;
      lastWaitedSince = queued.since;
      hearing.heard(source);
      spare = queued;
    } else if (source != null) {
      hearing.departed(source);
      counts.add(DerpCounter.PEER_GONE_DISCONNECTED, 1);
    }
    return true;
  }

  public void timeReached(long now) {
    router.timeReached(now);
    if (now >= handshakeUntil) {
      if (asking == null) {
        end(DerpCounter.HANDSHAKE_TIMEOUTS, "no ClientInfo within 10 seconds");
      } else {
        end(DerpCounter.NOT_ADMITTED, "nobody said within 10 seconds whether it is admitted");
      }
    }
    if (stall.isOver(writeLimit(), now)) {
      end(DerpCounter.WRITE_TIMEOUTS, "client does not read");
    }
    if (charges != null) {
      charges.timeReached(now);
    }
    if (now >= keepAliveAt && !isEnded()) {
      keepAliveAt = now + keepAlivePeriod;
      own.add(KEEP_ALIVE_FRAME);
      counts.add(DerpCounter.KEEP_ALIVES_SENT, 1);
      mailbox.trim();
      spare = null;
    }
  }

  public long wakeAt() {
    if (isEnded()) {
      return NEVER;
    }
    long paused = charges == null ? NEVER : charges.pausedUntil();
    return Math.min(Math.min(handshakeUntil, paused), Math.min(stall.until(), keepAliveAt));
  }

  /// Called by any thread: the client is to be sent this frame, besides packets.
  public void say(DerpFrame frame) {
    mailbox.say(frame);
  }

  /// Called by any thread: the connection must end.
  public void demandEnd(DerpCounter why) {
    mailbox.demandEnd(why);
  }

  private void end(DerpCounter why, @Nullable String reason) {
    if (endReason == null) {
      endReason = reason == null ? "" : reason;
      counts.add(why, 1);
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
    asking = null;
    mailbox.close();
    home.left();
    if (charges != null) {
      charges.leave();
    }
    var left = entry;
    if (left != null) {
      if (!ideal) {
        counts.add(DerpCounter.NOT_IDEAL_CONNECTIONS, -1);
      }
      router.unregister(this, left, mailbox, hearing.awaited());
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
    return packets == null ? null : packets.client();
  }

  /// True if the client has shown the region's mesh key. Any thread may ask.
  boolean isPrivileged() {
    return privileged;
  }

  /// What watchers are told; null before the client is admitted. Any thread may ask.
  @Nullable PeerPresent presence() {
    var known = guest;
    return known == null ? null : known.presence();
  }

  /// What is known of the client; null before it is admitted. Any thread may ask, and what changes
  /// may lag.
  public @Nullable ClientFacts facts() {
    var known = guest;
    var of = packets;
    var mine = entry;
    if (known == null || of == null || mine == null) {
      return null;
    }
    boolean active = mine.active() == this;
    return known.facts(active, home.isHome(), watching, of, packetsSent, bytesSent);
  }
}
