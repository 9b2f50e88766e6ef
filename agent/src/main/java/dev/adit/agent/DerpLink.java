package dev.adit.agent;

import dev.adit.core.derp.DerpClientSession;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpHead;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpUpgrade;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.ClientInfo;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The agent's connection to one relay, kept up until closed: connects, tries again with growing
/// pauses, reads on one thread and writes on another.
///
/// [#send] may be called by any thread and never blocks; what the [Listener] hears comes on the
/// reading thread.
final class DerpLink implements AutoCloseable {
  /// Which relay, and how to know it: only by key and pins, never by name or certificate chain.
  ///
  /// @param endpoints in order of preference
  /// @param pins SHA-256 of the certificate's key; empty for any certificate
  record Target(
      UUID id,
      String name,
      int regionId,
      PublicKey key,
      List<Endpoint> endpoints,
      @Nullable String host,
      List<byte[]> pins) {}

  interface Listener {
    /// Admitted by the relay: packets flow.
    void linkUp(DerpLink link);

    /// The connection ended or could not be made; another try follows by itself.
    void linkDown(DerpLink link, String reason);

    /// The relay asks its clients to go elsewhere, each after a pause of its own; it still carries
    /// packets until it ends the connection.
    void linkLeaving(DerpLink link, long pauseNanos);

    /// Packets in the order in which they came. Call [#handled] with their number when they were
    /// dealt with: until then they count as under way.
    void packetsReceived(DerpLink link, List<Event.Received> packets);

    void peerGone(DerpLink link, PublicKey peer);
  }

  /// TLS takes records of 16 KiB; frames that fit together leave together.
  private static final int RECORD_BYTES = 16 * 1024;

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  /// Packets read but not yet dealt with; beyond, reading waits and TCP slows the relay down.
  private static final int MAX_UNDER_WAY = 2_048;

  private static final long SECOND = 1_000_000_000L;

  /// Silence after which the relay is asked whether it is still there, and how long the answer may
  /// take.
  private static final long ASK_AFTER = 10 * SECOND;

  private static final long ANSWER_LIMIT = 5 * SECOND;

  /// The same while packets flow: who waits for them is back within five seconds (nat-traversal
  /// T-6, T-9). The question alone often heals, as it makes a NAT that forgot the connection learn
  /// it again.
  private static final long ASK_AFTER_IN_USE = SECOND;

  private static final long ANSWER_LIMIT_IN_USE = 2 * SECOND;

  /// In use until so long after the last packet.
  private static final long USE = 5 * SECOND;

  /// Without a packet for so long a retired link is closed: whoever still had it as the way to us
  /// has found the other one.
  private static final long QUIET = SECOND;

  /// A relay may ask for a longer pause; the connection to another one is made all the same.
  private static final long MAX_LEAVE_MILLIS = 10_000;

  /// After so many tries in a row, a second and more, other relays are tried too. Not at once: a
  /// relay may hear of a new node later than the node of the relay.
  private static final int LOST_AFTER = 8;

  private static final long RETRY_UNIT_NANOS = 10_000_000L;

  /// Both ends of a pair wait for a relay that was restarted, each up to 1.5 times this.
  private static final long MAX_RETRY_NANOS = 1_000_000_000L;

  private static final long MAX_LATE_RETRY_NANOS = 2_000_000_000L;
  private static final int LATE = 60;

  private final Target target;
  private final PrivateKey own;
  private final Supplier<@Nullable String> permit;
  private final Clock clock;
  private final RandomGenerator random;
  private final Listener listener;
  private final AgentCounters counters;
  private final Semaphore underWay = new Semaphore(MAX_UNDER_WAY);
  private final Thread reader;
  private long firstPauseNanos; // written before the reader starts
  private LinkCount stage = LinkCount.NO_CONNECTION; // of the try; confined to the reader
  private @Nullable String told; // likewise: the last reason
  private volatile long usedAt = -USE; // exact to a tenth of a second
  private volatile boolean home;
  private volatile boolean leaving;
  private volatile boolean retired;
  private volatile int failures; // tries in a row that did not succeed; written by the reader
  private volatile boolean closed;
  private volatile long rttNanos = -1;
  private volatile @Nullable Live live;
  private volatile @Nullable Connection newest; // until it ends

  /// One admitted connection.
  private record Live(Connection connection, DerpClientSession session, RelaySendQueue queue) {}

  /// @param permit our own record as it is now, for a relay that was not told of us (relay-rung
  ///   RR-42); asked at each connect, by the reader's thread
  DerpLink(
      Target target,
      PrivateKey own,
      Supplier<@Nullable String> permit,
      boolean home,
      Clock clock,
      RandomGenerator random,
      Listener listener,
      AgentCounters counters) {
    this.target = target;
    this.own = own;
    this.permit = permit;
    this.home = home;
    this.clock = clock;
    this.random = random;
    this.listener = listener;
    this.counters = counters;
    this.reader = Thread.ofPlatform().daemon().name("derp-read").unstarted(this::run);
  }

  /// @param pauseNanos before the first try
  void start(long pauseNanos) {
    firstPauseNanos = pauseNanos;
    reader.start();
  }

  Target target() {
    return target;
  }

  /// Round trip to the relay as of the last ping; −1 while unknown.
  long rttNanos() {
    return rttNanos;
  }

  boolean isUp() {
    return live != null;
  }

  /// True once the relay has asked to be left, until it admits us anew.
  boolean isLeaving() {
    return leaving;
  }

  /// True if there is no connection, and several tries have not made one.
  boolean isLost() {
    return live == null && failures >= LOST_AFTER;
  }

  /// True if `other` leads to another relay of the same region.
  boolean isBeside(DerpLink other) {
    return target.regionId == other.target.regionId && !target.id.equals(other.target.id);
  }

  /// Another link has taken the place of this one: it is read until nothing comes any more, and not
  /// made again.
  void retire() {
    used(clock.nanos());
    retired = true;
  }

  boolean isRetired() {
    return retired;
  }

  /// Whether the relay is our home; it is told.
  void preferred(boolean isHome) {
    Live now = live;
    if (home != isHome) {
      home = isHome;
      if (now != null) {
        now.queue.add(DerpClientSession.preferred(isHome), true);
      }
    }
  }

  /// Sends a packet to `destination`; dropped while the link is down.
  void send(PublicKey destination, byte[] bytes, int offset, int length, boolean priority) {
    Live now = live;
    if (now == null) {
      counters.link(LinkCount.DROPPED_DOWN);
    } else {
      long time = clock.nanos();
      byte[] frame = now.session.packet(destination, bytes, offset, length, time);
      used(time);
      if (frame != null) {
        now.queue.add(frame, priority);
      }
    }
  }

  private void used(long now) {
    if (now - usedAt > SECOND / 10) { // not for every packet: others read it
      usedAt = now;
    }
  }

  /// `count` received packets were dealt with.
  void handled(int count) {
    underWay.release(count);
  }

  /// A pause between tries ends now: something suggests that the next one works.
  void hurry() {
    LockSupport.unpark(reader);
  }

  /// Addresses or routes of this machine have changed: a connection that has lost its own address
  /// is made anew at once (nat-traversal R-ROAM-1).
  void networkChanged() {
    Connection open = newest;
    if (open != null && open.isStranded()) {
      open.close();
    }
    hurry();
  }

  @Override
  public void close() {
    closed = true;
    Connection open = newest;
    if (open != null) {
      open.close();
    }
    Live now = live;
    if (now != null) {
      now.connection.close();
    }
    reader.interrupt();
  }

  private void run() {
    LockSupport.parkNanos(firstPauseNanos);
    while (!closed) {
      String reason;
      boolean wasUp = false;
      try {
        Connection connection = connect();
        newest = connection;
        try {
          wasUp = serve(connection);
          reason = "the relay ended the connection";
        } finally {
          newest = null;
          connection.close();
        }
      } catch (IOException e) {
        reason = String.valueOf(e.getMessage());
        wasUp = live != null;
      } catch (InterruptedException e) {
        return;
      }
      endLive();
      if (closed) {
        return;
      }
      failures = wasUp ? 1 : failures + 1;
      if (!retired) {
        counters.link(wasUp ? LinkCount.LOST : stage);
        tell(wasUp, reason);
      }
      listener.linkDown(this, reason);
      if (retired) {
        return;
      }
      pause(failures);
    }
  }

  /// Logs why there is no connection; not again while nothing is new.
  private void tell(boolean wasUp, String reason) {
    if (wasUp || !reason.equals(told)) {
      told = reason;
      AgentLog.info(
          DerpLink.class,
          "relay_lost",
          "not connected to a relay; trying again",
          "relay",
          target.name,
          "reason",
          reason);
    }
  }

  private void pause(int failures) {
    LockSupport.parkNanos((long) (meanPause(failures) * (0.5 + random.nextDouble())));
  }

  /// n² × 10 ms, at most 1 s in about the first minute, later 2 s; each × 0.5 to 1.5 (derp §11.4).
  static long meanPause(int failures) {
    if (failures >= LATE) {
      return MAX_LATE_RETRY_NANOS;
    }
    return Math.min(RETRY_UNIT_NANOS * failures * failures, MAX_RETRY_NANOS);
  }

  private Connection connect() throws IOException {
    PinPolicy policy = target.pins.isEmpty() ? PinPolicy.any() : PinPolicy.pins(target.pins);
    stage = LinkCount.NO_CONNECTION;
    Connection connection = TlsClient.connect(target.endpoints, target.host, policy, CONNECT_LIMIT);
    stage = LinkCount.REFUSED;
    boolean done = false;
    try {
      connection.readTimeout(CONNECT_LIMIT);
      String host = target.host != null ? target.host : target.endpoints.getFirst().toString();
      HttpHead answer = HttpUpgrade.request(connection, host, "/derp", Map.of("Upgrade", "DERP"));
      if (answer.status() != 101) {
        throw new IOException("the relay answered " + answer.startLine() + " instead of 101");
      }
      done = true;
      stage = LinkCount.NOT_ADMITTED;
      return connection;
    } finally {
      if (!done) {
        connection.close();
      }
    }
  }

  /// Reads until the end.
  ///
  /// @return whether the relay had admitted us
  private boolean serve(Connection connection) throws IOException, InterruptedException {
    var info = ClientInfo.OURS.withPermit(permit.get());
    var session = new DerpClientSession(own, info, target.key, random, clock.nanos());
    byte[] buffer = new byte[32 * 1024];
    long heard = clock.nanos();
    while (true) {
      long now = clock.nanos();
      if (retired && now - usedAt >= QUIET) {
        return true;
      }
      int length = read(connection, buffer, Math.min(session.wakeAt(), now + SECOND) - now);
      now = clock.nanos();
      if (length < 0) {
        if (live == null) {
          throw new EOFException("the relay did not admit this node");
        }
        return true;
      }
      if (length > 0) {
        heard = now;
        session.received(buffer, 0, length, now);
      } else {
        session.timeReached(now);
        askAfterSilence(session, now, now - heard);
      }
      carryOut(connection, session);
    }
  }

  private void askAfterSilence(DerpClientSession session, long now, long silence) {
    Live up = live;
    if (up == null || session.isAsking()) {
      return;
    }
    boolean inUse = now - usedAt < USE;
    if (silence >= (inUse ? ASK_AFTER_IN_USE : ASK_AFTER)) {
      // While frames wait, TCP's buffer is full and the question stands behind it for seconds.
      boolean soon = inUse && up.queue.isEmpty();
      up.queue.add(session.ping(now, soon ? ANSWER_LIMIT_IN_USE : ANSWER_LIMIT), true);
    }
  }

  /// @return bytes read, 0 when the time is over, −1 at the end
  private static int read(Connection connection, byte[] buffer, long nanos) throws IOException {
    connection.readTimeout(Duration.ofNanos(Math.max(nanos, 1_000_000)));
    try {
      return connection.input().read(buffer);
    } catch (SocketTimeoutException e) {
      return 0;
    }
  }

  private void carryOut(Connection connection, DerpClientSession session)
      throws IOException, InterruptedException {
    List<Event.Received> packets = new ArrayList<>();
    for (Event event = session.poll(); event != null; event = session.poll()) {
      switch (event) {
        case Event.Write write -> connection.output().write(write.bytes());
        case Event.Admitted ignored -> admitted(connection, session);
        case Event.Received packet -> packets.add(packet);
        case Event.PeerGone gone -> listener.peerGone(this, gone.peer());
        case Event.PingLost ignored -> throw new IOException("the relay does not answer any more");
        case Event.Failed failed -> throw new IOException(failed.reason());
        case Event.PingAnswered answered -> rttNanos = answered.nanos();
        case Event.Health _, Event.LimitChanged _, Event.KeepAlive _, Event.PeerPresent _ -> {}
        case Event.Pinged _, Event.Ponged _ -> {}
        case Event.Restarting(var in, _) -> {
          leaving = true;
          listener.linkLeaving(this, Math.min(in, MAX_LEAVE_MILLIS) * 1_000_000);
        }
      }
    }
    if (!packets.isEmpty()) {
      used(clock.nanos());
      underWay.acquire(packets.size());
      listener.packetsReceived(this, packets);
    }
  }

  private void admitted(Connection connection, DerpClientSession session) {
    var queue = new RelaySendQueue(() -> counters.link(LinkCount.DROPPED_QUEUE_FULL));
    if (home) {
      queue.add(DerpClientSession.preferred(true), true);
    }
    queue.add(session.ping(clock.nanos(), ANSWER_LIMIT), true); // measures the relay's latency once
    leaving = false;
    failures = 0;
    live = new Live(connection, session, queue);
    counters.link(LinkCount.UP);
    AgentLog.info(DerpLink.class, "relay_connected", "connected to a relay", "relay", target.name);
    Thread.ofPlatform().daemon().name("derp-write").start(() -> write(connection, queue));
    listener.linkUp(this);
  }

  private static void write(Connection connection, RelaySendQueue queue) {
    byte[] batch = new byte[RECORD_BYTES];
    try {
      OutputStream output = connection.output();
      while (true) {
        int length = queue.take(batch);
        if (length < 0) {
          return;
        }
        if (length > 0) {
          output.write(batch, 0, length);
        } else {
          byte[] single = queue.tooLong(batch);
          if (single != null) {
            output.write(single);
          }
        }
      }
    } catch (IOException | InterruptedException e) {
      connection.close(); // the reader notices and tells why
    }
  }

  private void endLive() {
    Live now = live;
    live = null;
    if (now != null) {
      now.queue.close();
    }
  }
}
