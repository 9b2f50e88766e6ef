package dev.adit.agent;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.derp.PacketKind;
import dev.adit.core.netcheck.NetCheck;
import dev.adit.core.netcheck.NetReport;
import dev.adit.core.path.PathNode;
import dev.adit.core.path.PathOutput;
import dev.adit.core.path.Route;
import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.metrics.Readings;
import dev.adit.net.udp.LoopbackEndpoint;
import dev.adit.net.udp.PacketHandler;
import dev.adit.net.udp.UdpLoop;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Joins the path machine to sockets: a packet from WireGuard goes where [PathNode] says, a packet
/// from relay or network goes to WireGuard, to the path machine or to STUN. Confined to the packet
/// loop's thread, except where a method says otherwise.
final class DataPlane implements PacketHandler, DerpLink.Listener {
  /// One peer as the data plane knows it.
  static final class Peer {
    final PublicKey key;
    private @Nullable LoopbackEndpoint loopback;

    /// For people.
    String name = "";

    /// Where the peer's home relay is, if presence said so.
    @Nullable UUID homeRelay;

    long receivedBytes;
    long sentBytes;

    /// The path of the last transport packet from the peer, as far as the agent saw it.
    @Nullable Endpoint lastDirectSource;

    /// When the last packet came by a relay.
    long relayedAt = Long.MIN_VALUE;

    private Peer(PublicKey key) {
      this.key = key;
    }

    LoopbackEndpoint endpoint() {
      if (loopback == null) {
        throw new IllegalStateException("the peer's loopback endpoint is not bound");
      }
      return loopback;
    }
  }

  /// What others want to know.
  interface Events {
    /// The home relay's connection came up (true) or went down.
    void homeRelay(boolean up);

    /// How this node looks from outside has changed.
    void netReport(NetReport report);

    /// The coordinator's idea of where this peer is may be old. All nodes are watched while a
    /// network has at most 256 (control R-PRES-4): nothing to ask.
    default void peerGone(PublicKey peer) {}

    /// WireGuard should be asked about its peers.
    void readWireGuard();
  }

  private final Clock clock;
  private final PathNode path;
  private final NetCheckDriver netcheck;
  private final Events events;
  private final PeerOrders tunnel;
  private final Map<PublicKey, Peer> bound = new HashMap<>();
  private final Map<PublicKey, Peer> peers = new HashMap<>();
  private final RelayLinks links = new RelayLinks(this::homeChanged);
  private @Nullable UdpLoop loop;
  private boolean relayOnly;
  private boolean sharesPort;
  private int wireGuardPort;
  private final AgentCounters counters;
  private final Traffic direct = new Traffic();
  private final Traffic relayed = new Traffic();
  private long sentBytes;
  private long receivedBytes;

  DataPlane(
      Clock clock,
      PathNode path,
      NetCheck netcheck,
      Events events,
      PeerOrders tunnel,
      AgentCounters counters) {
    this.counters = counters;
    this.clock = clock;
    this.path = path;
    this.netcheck = new NetCheckDriver(netcheck, path, events::netReport, clock);
    this.events = events;
    this.tunnel = tunnel;
  }

  /// Before the loop starts.
  void attach(UdpLoop toLoop, boolean onlyRelay) {
    loop = toLoop;
    relayOnly = onlyRelay;
  }

  // --- peers

  /// Binds the loopback endpoint of a key that may become a peer; before anything else at start, so
  /// that what WireGuard still sends there is heard (relay-rung RR-16).
  ///
  /// @throws java.net.BindException if another program has the port
  void bindLoopback(PublicKey key, int port) throws IOException {
    var peer = new Peer(key);
    peer.loopback = loop().openLoopback(port, peer);
    bound.put(key, peer);
  }

  boolean isBound(PublicKey key) {
    return bound.containsKey(key);
  }

  /// Every bound loopback endpoint speaks to WireGuard at this port from now on.
  ///
  /// @param shared the loop shares the port with it, so it may send by itself
  /// @param byHelper by a helper, which is for probes: data stays on the relay until it may
  void wireGuardAt(int port, boolean shared, boolean byHelper) throws IOException {
    wireGuardPort = port;
    sharesPort = shared;
    if (shared) {
      path.steerEndpoints(byHelper);
    }
    for (Peer peer : bound.values()) {
      peer.endpoint().connect(port);
    }
    path.wireGuardRestarted(clock.nanos());
    carryOut(clock.nanos());
  }

  /// What WireGuard says of its peers.
  void wireGuardRead(List<WireGuardReading> readings) {
    long now = clock.nanos();
    List<WireGuardReading> known = new ArrayList<>(readings.size());
    for (WireGuardReading reading : readings) {
      Peer peer = peers.get(reading.peer());
      if (peer != null) {
        receivedBytes += Math.max(0, reading.receivedBytes() - peer.receivedBytes);
        sentBytes += Math.max(0, reading.sentBytes() - peer.sentBytes);
        peer.receivedBytes = reading.receivedBytes();
        peer.sentBytes = reading.sentBytes();
        known.add(reading.without(loopbackOf(peer)));
      }
    }
    path.wireGuardRead(known, now);
    carryOut(now);
  }

  private static Endpoint loopbackOf(Peer peer) {
    return LoopbackPorts.endpoint(peer.endpoint().port());
  }

  /// The key, whose loopback endpoint is bound, is a peer; twice does no harm.
  Peer addPeer(PublicKey key) throws IOException {
    Peer peer = bound.get(key);
    if (peer == null) {
      throw new IllegalStateException("bind the loopback endpoint first");
    }
    if (wireGuardPort != 0) {
      peer.endpoint().connect(wireGuardPort);
    }
    peers.put(key, peer);
    path.peerConfigured(key, clock.nanos());
    return peer;
  }

  void removePeer(PublicKey key) {
    peers.remove(key);
    path.peerRemoved(key);
    Peer peer = bound.remove(key);
    if (peer != null) {
      loop().closeLoopback(peer.endpoint());
    }
  }

  @Nullable Peer peer(PublicKey key) {
    return peers.get(key);
  }

  Collection<Peer> peers() {
    return peers.values();
  }

  // --- relays

  RelayLinks links() {
    return links;
  }

  /// Ends all links: the agent is about to end.
  void endLinks() {
    netcheck.closeAll();
    links.end();
  }

  private void homeChanged(boolean up) {
    long now = clock.nanos();
    if (up) {
      path.relayConnected(now);
    } else {
      path.relayLost(now);
    }
    carryOut(now);
    events.homeRelay(up);
  }

  /// See [RelayLinks#towards].
  @Nullable DerpLink linkOf(Peer peer) {
    return links.towards(peer.homeRelay);
  }

  // --- packets

  @Override
  public void fromWireGuard(
      LoopbackEndpoint endpoint, byte[] packet, int offset, int length, long now) {
    Peer peer = (Peer) endpoint.owner();
    Route route = path.wireGuardSent(peer.key, packet, offset, length, now);
    Endpoint to = route.direct();
    boolean wentDirect = to != null && !relayOnly && loop().send(to, packet, offset, length);
    if (wentDirect) {
      direct.sent(length);
      sent(peer, length);
    }
    if (route.relay() || (to != null && !relayOnly && !wentDirect)) {
      toRelay(peer, packet, offset, length);
      relayed.sent(length);
      if (to == null) {
        sent(peer, length);
      }
    }
    carryOut(now);
  }

  private void sent(Peer peer, int length) {
    if (!sharesPort) { // else WireGuard counts
      sentBytes += length;
      peer.sentBytes += length;
    }
  }

  private void received(Peer peer, int length) {
    if (!sharesPort) {
      receivedBytes += length;
      peer.receivedBytes += length;
    }
  }

  @Override
  public void fromOutside(Endpoint source, byte[] packet, int offset, int length, long now) {
    if (!netcheck.received(source, packet, offset, length, now, loop()) && !relayOnly) {
      PublicKey from = path.datagramReceived(source, packet, offset, length, now);
      Peer peer = from == null ? null : peers.get(from);
      if (peer != null) {
        direct.received(length);
        received(peer, length);
        peer.lastDirectSource = source;
        loop().inject(peer.endpoint(), packet, offset, length);
      }
      carryOut(now);
    }
  }

  @Override
  public long roundEnded(long now) {
    path.timeReached(now);
    long next = netcheck.timeReached(!relayOnly, now, loop());
    carryOut(now);
    return Math.min(path.wakeAt(), next);
  }

  /// Carries out what the network check wants.
  void carryOutNetcheck(long now) {
    netcheck.carryOut(now, loop());
  }

  /// Carries out what the path machine wants.
  void carryOut(long now) {
    for (PathOutput next = path.poll(); next != null; next = path.poll()) {
      switch (next) {
        case PathOutput.SendProbe(var to, var bytes, var _) -> {
          if (!relayOnly) {
            loop().sendProbe(to, bytes);
          }
        }
        case PathOutput.SendRelay(var key, var bytes) -> {
          Peer peer = peers.get(key);
          if (peer != null) {
            toRelay(peer, bytes, 0, bytes.length);
          }
        }
        case PathOutput.DeliverToWireGuard(var key, var message) -> {
          Peer peer = peers.get(key);
          if (peer != null) {
            loop().inject(peer.endpoint(), message, 0, message.length);
          }
        }
        case PathOutput.RenewSession(var key) -> tunnel.greet(key);
        case PathOutput.SetMtu(var key, var mtu) -> tunnel.routeMtu(key, mtu);
        case PathOutput.SetEndpoint(var key, var endpoint) -> moveEndpoint(key, endpoint);
        case PathOutput.PinSource(var key, var source) -> tunnel.pin(key, source);
        case PathOutput.ReadWireGuard() -> events.readWireGuard();
        case PathOutput.RefreshStun() -> netcheck.refreshWanted(now);
        case PathOutput.SeenAs(var by, var as) -> netcheck.peerSaw(by, as, now);
        case PathOutput.PathChanged change -> {
          counters.pathChanged(change.reason());
          log(change);
        }
      }
    }
  }

  private void moveEndpoint(PublicKey key, @Nullable Endpoint endpoint) {
    Peer peer = peers.get(key);
    if (peer != null) {
      tunnel.moveEndpoint(key, endpoint == null ? loopbackOf(peer) : endpoint);
    }
  }

  private void toRelay(Peer peer, byte[] packet, int offset, int length) {
    DerpLink link = linkOf(peer);
    if (link == null) {
      counters.link(LinkCount.DROPPED_DOWN);
    } else {
      boolean hasPriority = PacketKind.of(packet, offset, length).hasPriority();
      link.send(peer.key, packet, offset, length, hasPriority);
    }
  }

  private void log(PathOutput.PathChanged change) {
    Peer peer = peers.get(change.peer());
    AgentLog.info(
        DataPlane.class,
        "path_changed",
        "the path to a peer has changed",
        "peer",
        peer == null ? "" : peer.name,
        "from",
        Readings.label(change.from()),
        "to",
        Readings.label(change.to()),
        "reason",
        Readings.label(change.reason()));
  }

  // --- what a link says, on its own thread

  @Override
  public void linkUp(DerpLink link) {
    loop().post(() -> links.changed(link, true));
  }

  @Override
  public void linkDown(DerpLink link, String reason) {
    loop().post(() -> links.changed(link, false));
  }

  @Override
  public void linkLeaving(DerpLink link, long pauseNanos) {
    loop().post(() -> links.leaving(link, pauseNanos));
  }

  @Override
  public void packetsReceived(DerpLink link, List<Event.Received> packets) {
    loop()
        .post(() -> {
          long now = clock.nanos();
          for (Event.Received received : packets) {
            fromRelay(received.source(), received.packet(), now);
          }
          link.handled(packets.size());
        });
  }

  private void fromRelay(PublicKey source, byte[] packet, long now) {
    if (path.relayReceived(source, packet, 0, packet.length, now)) {
      Peer peer = peers.get(source);
      if (peer != null) {
        relayed.received(packet.length);
        received(peer, packet.length);
        peer.lastDirectSource = null;
        peer.relayedAt = now;
        loop().inject(peer.endpoint(), packet, 0, packet.length);
      }
    }
    carryOut(now);
  }

  @Override
  public void peerGone(DerpLink link, PublicKey peer) {
    loop()
        .post(() -> {
          long now = clock.nanos();
          path.peerGoneFromRelay(peer, now);
          carryOut(now);
          events.peerGone(peer);
        });
  }

  // --- views

  AgentCounters counters() {
    return counters;
  }

  /// WireGuard's packets by direct paths that passed the agent.
  Traffic direct() {
    return direct;
  }

  /// What WireGuard has sent by any path, also beside the agent.
  long sentBytes() {
    return sentBytes;
  }

  long receivedBytes() {
    return receivedBytes;
  }

  /// WireGuard's packets by relays: all of them pass the agent.
  Traffic relayed() {
    return relayed;
  }

  private UdpLoop loop() {
    if (loop == null) {
      throw new IllegalStateException("the data plane has no loop yet");
    }
    return loop;
  }
}
