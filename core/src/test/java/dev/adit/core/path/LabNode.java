package dev.adit.core.path;

import dev.adit.core.helper.SecondWindow;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.testkit.SimNetwork;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.NatMapping;
import dev.adit.wire.wireguard.WireGuardMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One agent in a [Lab]: a path machine, its socket, its relay connection, and a WireGuard that
/// counts what it is given.
final class LabNode {
  /// What a test may want to see; all times are the lab's.
  interface Observer {
    default void pathChanged(LabNode node, PathOutput.PathChanged change) {}

    default void datagram(LabNode node, Endpoint from, byte[] bytes, boolean before) {}

    default void relayFrame(LabNode node, byte[] bytes, boolean before) {}

    default void mtuSet(LabNode node, PublicKey peer, int mtu) {}
  }

  private static final long WIREGUARD_TAKES = 2 * Lab.MS;
  private static final int HELPER_SENDS = 400;

  private final Lab lab;
  private final PrivateKey nodeKey;
  final SimNetwork.Host host;
  SimNetwork.@Nullable Host host6;
  private final PathRules rules;
  Observer observer = new Observer() {};
  PathNode paths;
  boolean running;
  private long plannedWake = Long.MAX_VALUE;
  private int incarnation;

  /// What WireGuard was given, in order.
  final List<byte[]> delivered = new ArrayList<>();

  /// Not null: WireGuard has the outside port, and the agent only steers it (native mode).
  @Nullable SimWireGuard wireGuard;

  /// What it sends to measure paths, and answers, is lost; what WireGuard sends is not.
  boolean probesLost;

  /// Not null: a helper sends for the agent.
  private @Nullable SecondWindow helperSends;

  List<Candidate> candidates;

  private final Map<PublicKey, Integer> mtus = new HashMap<>();

  LabNode(Lab lab, PrivateKey nodeKey, SimNetwork.Host host, PathRules rules) {
    this.lab = lab;
    this.nodeKey = nodeKey;
    this.host = host;
    this.rules = rules;
    this.candidates = List.of(new Candidate.Address(CandidateKind.HOST, host.endpoint()));
    this.paths = fresh();
    host.onReceive(this::datagram);
    lab.nodes.add(this);
  }

  /// Gives the node an IPv6 address too: what goes to IPv6 leaves from there.
  void alsoAt(SimNetwork.Host second) {
    host6 = second;
    second.onReceive(this::datagram);
    candidates = List.of(address(), new Candidate.Address(CandidateKind.HOST, second.endpoint()));
  }

  /// Native mode from now on; set before [#start].
  LabNode steers() {
    wireGuard = new SimWireGuard();
    return this;
  }

  /// Helper mode from now on: of WireGuard's packets that pass the agent, only some can go
  /// directly.
  LabNode isHelped() {
    helperSends = new SecondWindow(HELPER_SENDS);
    return steers();
  }

  private void send(Endpoint to, byte[] datagram) {
    SimNetwork.Host second = host6;
    if (to.address().isV4()) {
      host.send(to, datagram);
    } else if (second != null) {
      second.send(to, datagram);
    }
  }

  private PathNode fresh() {
    PrivateKey probeKey = PrivateKey.generate(lab.random);
    return new PathNode(nodeKey, probeKey, lab.random, lab.cipher, rules);
  }

  PublicKey key() {
    return nodeKey.publicKey();
  }

  Candidate.Address address() {
    return new Candidate.Address(CandidateKind.HOST, host.endpoint());
  }

  /// Starts the agent's process and its relay connection.
  void start(LabNode... peers) {
    running = true;
    incarnation++;
    if (wireGuard != null) {
      paths.steerEndpoints(helperSends != null);
    }
    paths.candidatesGathered(candidates, lab.now());
    paths.stunSettled(NatMapping.UNKNOWN, lab.now());
    for (LabNode peer : peers) {
      paths.peerConfigured(peer.key(), lab.now());
    }
    connect();
  }

  void connect() {
    if (running) {
      lab.relay.connect(this);
      paths.relayConnected(lab.now());
      pump();
    }
  }

  void disconnect() {
    lab.relay.disconnect(this);
    if (running) {
      paths.relayLost(lab.now());
      pump();
    }
  }

  /// Kills the agent; nothing it knew survives.
  void kill() {
    lab.relay.disconnect(this);
    running = false;
    incarnation++;
    plannedWake = Long.MAX_VALUE;
    mtus.clear(); // the next agent begins with routes of its own
    paths = fresh();
  }

  /// Stops the agent as it is: it stays connected, and neither hears nor says anything.
  void freeze() {
    running = false;
    incarnation++;
  }

  /// What the coordinator tells about a peer.
  void hint(LabNode peer) {
    paths.presenceHeard(peer.key(), peer.paths.probeKey(), peer.candidates, true, lab.now());
    pump();
  }

  // --- WireGuard

  /// WireGuard sends a packet to the peer's loopback endpoint.
  Route wireGuardSends(LabNode peer, byte[] packet) {
    Endpoint by = wireGuard == null ? null : wireGuard.sends(peer.key(), packet);
    if (by != null) {
      send(by, packet);
      return new Route(false, by);
    }
    if (!running) {
      return Route.DROP;
    }
    Route route = paths.wireGuardSent(peer.key(), packet, 0, packet.length, lab.now());
    Endpoint direct = route.direct();
    SecondWindow helper = helperSends;
    boolean refused = direct != null && helper != null && !helper.take(lab.now());
    if (route.relay() || refused) {
      lab.relay.send(this, peer.key(), packet);
    }
    if (direct != null && !refused) {
      send(direct, packet);
    }
    pump();
    return route;
  }

  /// A transport data message that carries `number`.
  static byte[] data(int number) {
    return data(number, 96);
  }

  /// As above, of so many bytes.
  static byte[] data(int number, int bytes) {
    byte[] packet = new byte[bytes];
    packet[0] = 4;
    for (int i = 0; i < 4; i++) {
      packet[16 + i] = (byte) (number >>> 8 * i);
    }
    return packet;
  }

  static int numberOf(byte[] packet) {
    return packet[16] & 0xff
        | (packet[17] & 0xff) << 8
        | (packet[18] & 0xff) << 16
        | (packet[19] & 0xff) << 24;
  }

  static byte[] initiation(int senderIndex) {
    byte[] packet = new byte[148];
    packet[0] = 1;
    packet[4] = (byte) senderIndex;
    return packet;
  }

  static byte[] response(int receiverIndex) {
    byte[] packet = new byte[92];
    packet[0] = 2;
    packet[8] = (byte) receiverIndex;
    return packet;
  }

  // --- what arrives

  private void datagram(Endpoint from, byte[] bytes) {
    if (wireGuard != null && WireGuardMessage.of(bytes, 0, bytes.length) != WireGuardMessage.NONE) {
      if (!wireGuard.drops(from, lab.now())) {
        wireGuard.receives(from, bytes);
        delivered.add(bytes);
      }
      return;
    }
    if (!running) {
      return;
    }
    observer.datagram(this, from, bytes, true);
    PublicKey peer = paths.datagramReceived(from, bytes, 0, bytes.length, lab.now());
    if (peer != null) {
      delivered.add(bytes);
    }
    observer.datagram(this, from, bytes, false);
    pump();
  }

  void relayFrame(PublicKey from, byte[] bytes) {
    if (!running) {
      return;
    }
    observer.relayFrame(this, bytes, true);
    if (paths.relayReceived(from, bytes, 0, bytes.length, lab.now())) {
      delivered.add(bytes);
      if (wireGuard != null) {
        wireGuard.receives(null, bytes);
      }
    }
    observer.relayFrame(this, bytes, false);
    pump();
  }

  void peerGone(PublicKey peer) {
    paths.peerGoneFromRelay(peer, lab.now());
    pump();
  }

  // --- the program around the machine

  void pump() {
    for (PathOutput next = paths.poll(); next != null; next = paths.poll()) {
      switch (next) {
        case PathOutput.SendProbe(Endpoint to, byte[] bytes, boolean fullSize) -> {
          if (!probesLost) {
            send(to, bytes);
          }
        }
        case PathOutput.SendRelay(PublicKey peer, byte[] bytes) ->
            lab.relay.send(this, peer, bytes);
        case PathOutput.DeliverToWireGuard(PublicKey peer, byte[] message) ->
            delivered.add(message);
        case PathOutput.RenewSession
                _ -> {} // a real WireGuard would; here sessions are but numbers
        case PathOutput.RefreshStun refresh -> settleStun();
        case PathOutput.SeenAs seen -> {}
        case PathOutput.SetEndpoint(PublicKey peer, var endpoint) ->
            later(wireGuard -> wireGuard.moved(peer, endpoint));
        case PathOutput.PinSource(PublicKey _, var source) ->
            later(wireGuard -> wireGuard.pinned(source, lab.now()));
        case PathOutput.SetMtu(PublicKey peer, int mtu) -> {
          mtus.put(peer, mtu);
          observer.mtuSet(this, peer, mtu);
        }
        case PathOutput.ReadWireGuard _ -> later(this::read);
        case PathOutput.PathChanged change -> observer.pathChanged(this, change);
      }
    }
    planWake();
  }

  /// WireGuard is told and asked by another thread, in order, and takes its time.
  private void later(Consumer<SimWireGuard> task) {
    SimWireGuard mine = wireGuard;
    if (mine == null) {
      throw new AssertionError("in mux mode nobody moves an endpoint");
    }
    lab.events.after(WIREGUARD_TAKES, () -> task.accept(mine));
  }

  private void read(SimWireGuard from) {
    var readings = from.readings();
    int mine = incarnation;
    lab.events.after(
        WIREGUARD_TAKES,
        () -> {
          if (running && mine == incarnation) {
            paths.wireGuardRead(readings, lab.now());
            pump();
          }
        });
  }

  private void settleStun() {
    int mine = incarnation;
    lab.events.after(
        20 * Lab.MS,
        () -> {
          if (running && mine == incarnation) {
            paths.stunSettled(NatMapping.UNKNOWN, lab.now());
            pump();
          }
        });
  }

  private void planWake() {
    long wake = paths.wakeAt();
    if (running && wake < plannedWake) {
      plannedWake = wake;
      int mine = incarnation;
      lab.events.at(wake, () -> wake(mine, wake));
    }
  }

  private void wake(int mine, long planned) {
    if (mine != incarnation || planned != plannedWake) {
      return;
    }
    plannedWake = Long.MAX_VALUE;
    paths.timeReached(lab.now());
    pump();
  }

  // --- views

  PathState state(LabNode peer) {
    return status(peer).state();
  }

  @Nullable Endpoint endpoint(LabNode peer) {
    return status(peer).endpoint();
  }

  PeerStatus status(LabNode peer) {
    PeerStatus status = paths.status(peer.key());
    if (status == null) {
      throw new AssertionError("no such peer");
    }
    return status;
  }

  /// What the routes to the peer allow.
  int mtu(LabNode peer) {
    return mtus.getOrDefault(peer.key(), TunnelMtu.LEAST);
  }

  long drops(DropReason reason) {
    return paths.drops().getOrDefault(reason, 0L);
  }

  boolean got(byte[] packet) {
    return delivered.stream().anyMatch(d -> Arrays.equals(d, packet));
  }
}
