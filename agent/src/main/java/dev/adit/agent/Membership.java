package dev.adit.agent;

import dev.adit.core.netcheck.NetCheck;
import dev.adit.core.path.PathNode;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// This node's membership in its network, carried out: the map's peers become loopback endpoints,
/// peers of the path machine and of WireGuard; [KnownRelays] sees to the relays. Confined to the
/// packet loop's thread.
final class Membership {
  /// What it wants of the rest of the agent.
  interface Orders {
    /// Make WireGuard's interface so.
    void configure(Tunnel.Wanted wanted);

    /// Tell the tunnel that this peer must be told to WireGuard anew.
    void reconfigure(PublicKey peer);
  }

  private final DataPlane plane;
  private final LoopbackPorts ports;
  private final Clock clock;
  private final Orders orders;
  private final PathNode path;
  private final NetCheck netcheck;

  private @Nullable MapView map;
  private final Map<UUID, NodeRecord> nodes = new HashMap<>();
  private final KnownRelays relays;

  Membership(
      DataPlane plane,
      PathNode path,
      NetCheck netcheck,
      LoopbackPorts ports,
      PrivateKey nodeKey,
      Clock clock,
      RandomGenerator random,
      Orders orders) {
    this.plane = plane;
    this.path = path;
    this.netcheck = netcheck;
    this.ports = ports;
    this.clock = clock;
    this.orders = orders;
    this.relays = new KnownRelays(plane, nodeKey, clock, random);
  }

  // --- the map

  /// The verified map is now so.
  void mapChanged(MapView newMap) throws IOException {
    map = newMap;
    path.overlayChanged(newMap.ranges());
    relays.changed(newMap.relays(), newMap.permit());
    netcheck.serversChanged(KnownRelays.stunServers(newMap.relays()), clock.nanos());
    plane.carryOutNetcheck(clock.nanos());
    peersChanged(newMap.peers());
    configureAgain();
  }

  /// Has WireGuard configured by the map held; nothing without one.
  private void configureAgain() {
    MapView now = map;
    if (now == null) {
      return;
    }
    List<Tunnel.Peer> wanted = new ArrayList<>(nodes.size());
    for (NodeRecord node : nodes.values()) {
      wanted.add(new Tunnel.Peer(node.key(), ports.portOf(node.key()), node.addresses()));
    }
    orders.configure(new Tunnel.Wanted(wanted, now.self().addresses(), now.ranges(), now.up()));
  }

  private void peersChanged(List<NodeRecord> all) throws IOException {
    List<NodeRecord> records = all;
    if (all.size() > LoopbackPorts.MAX_PEERS) {
      AgentLog.warn(
          Membership.class,
          "too_many_peers",
          "the network has more peers than this node serves",
          "peers",
          all.size(),
          "served",
          LoopbackPorts.MAX_PEERS);
      records = all.subList(0, LoopbackPorts.MAX_PEERS);
    }
    Set<PublicKey> present = new HashSet<>();
    Map<UUID, NodeRecord> now = new HashMap<>();
    boolean newPorts = false;
    for (NodeRecord record : records) {
      present.add(record.key());
      now.put(record.node(), record);
      NodeRecord before = nodes.get(record.node());
      if (before != null && !before.addresses().equals(record.addresses())) {
        orders.reconfigure(record.key());
      }
      if (!plane.isBound(record.key())) {
        bind(record.key());
        newPorts = true;
      }
    }
    if (newPorts) {
      ports.save(); // before WireGuard hears of them
    }
    for (NodeRecord old : nodes.values()) {
      if (!present.contains(old.key())) {
        plane.removePeer(old.key());
        ports.forget(old.key());
      }
    }
    for (NodeRecord record : records) {
      plane.addPeer(record.key()).name = record.name();
    }
    nodes.clear();
    nodes.putAll(now);
  }

  /// Another program may have the stored port: then another one is drawn.
  private void bind(PublicKey key) throws IOException {
    int port = ports.portOf(key);
    for (int tries = 0; ; tries++) {
      try {
        plane.bindLoopback(key, port);
        return;
      } catch (BindException e) {
        if (tries >= 20) {
          throw e;
        }
        port = ports.replace(key);
        orders.reconfigure(key);
      }
    }
  }

  // --- presence

  /// Where another node is, as the coordinator says.
  void presenceHeard(ControlMessage.NodePresence presence) {
    NodeRecord node = nodes.get(presence.node());
    if (node == null) {
      return;
    }
    DataPlane.Peer peer = plane.peer(node.key());
    if (peer == null) {
      return;
    }
    UUID before = peer.homeRelay;
    peer.homeRelay = presence.relay();
    relays.peerMoved(before, presence.relay());
    List<Candidate> candidates = new ArrayList<>(presence.candidates().size());
    for (ControlMessage.Candidate candidate : presence.candidates()) {
      CandidateKind kind = CandidateKind.of(candidate.kind());
      if (kind != null && kind != CandidateKind.RELAY) {
        candidates.add(new Candidate.Address(kind, candidate.address()));
      }
    }
    long now = clock.nanos();
    path.presenceHeard(node.key(), presence.probeKey(), candidates, presence.online(), now);
    plane.carryOut(now);
  }

  // --- views

  @Nullable MapView map() {
    return map;
  }

  List<NodeRecord> peers() {
    return List.copyOf(nodes.values());
  }

  @Nullable UUID homeRelay() {
    return relays.home();
  }

  List<Prefix> ranges() {
    return map == null ? List.of() : map.ranges();
  }

  /// The node with this name, id or address.
  @Nullable NodeRecord find(String text) {
    for (NodeRecord node : nodes.values()) {
      boolean fits = node.name().equals(text) || node.node().toString().equals(text);
      for (IpAddress address : node.addresses()) {
        fits |= address.toString().equals(text);
      }
      if (fits) {
        return node;
      }
    }
    return null;
  }
}
