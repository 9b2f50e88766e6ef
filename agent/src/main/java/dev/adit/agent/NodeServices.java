package dev.adit.agent;

import dev.adit.core.path.PathNode;
import dev.adit.core.path.PathState;
import dev.adit.core.path.PeerStatus;
import dev.adit.core.path.TunnelMtu;
import dev.adit.net.Clock;
import dev.adit.net.linux.IcmpEcho;
import dev.adit.net.linux.WireGuardGo;
import dev.adit.net.udp.UdpLoop;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.NodeRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the local socket's users ask for. Called on the socket's threads: questions about the node
/// are put to the packet loop's thread, the ICMP echo is waited for here.
final class NodeServices implements LocalApi.Services {
  /// How the coordinator is doing; any thread.
  interface Coordinator {
    String url();

    String root();

    boolean isConnected();

    @Nullable String remark();

    List<String> notes();

    /// JSON array; see [dev.adit.core.control.MapFollower#changes].
    String changes();
  }

  private static final int PING_PAYLOAD = 56;

  private final UdpLoop loop;
  private final DataPlane plane;
  private final PathNode path;
  private final Membership membership;
  private final OutsidePort outside;
  private final NetCheckQuestion netcheck;
  private final ExplainQuestion explain;
  private final Supplier<String> wireGuard;
  private final Supplier<String> unprepared;
  private final Coordinator coordinator;
  private final Runnable end;

  NodeServices(
      UdpLoop loop,
      DataPlane plane,
      PathNode path,
      Membership membership,
      OutsidePort outside,
      NetCheckQuestion netcheck,
      ExplainQuestion explain,
      Supplier<String> wireGuard,
      Supplier<String> unprepared,
      Coordinator coordinator,
      Runnable end) {
    this.loop = loop;
    this.plane = plane;
    this.path = path;
    this.membership = membership;
    this.outside = outside;
    this.netcheck = netcheck;
    this.explain = explain;
    this.wireGuard = wireGuard;
    this.unprepared = unprepared;
    this.coordinator = coordinator;
    this.end = end;
  }

  @Override
  public StatusReport status() {
    String driver = wireGuard.get(); // may ask a program
    return onLoop(() -> statusNow(driver));
  }

  private StatusReport statusNow(String driver) {
    MapView map = membership.map();
    StatusReport.Self own =
        map == null
            ? StatusReport.Self.NONE
            : new StatusReport.Self(
                map.self().node().toString(),
                map.self().name(),
                map.networkName(),
                texts(map.self().addresses()));
    List<StatusReport.Peer> peers = new ArrayList<>();
    for (NodeRecord node : membership.peers()) {
      peers.add(peer(node));
    }
    peers.sort((a, b) -> a.name().compareTo(b.name()));
    return new StatusReport(
        own,
        outside.mode().text(),
        outside.remark(),
        driver,
        coordinator.url(),
        coordinator.root(),
        coordinator.isConnected(),
        coordinator.remark(),
        notes(driver),
        peers);
  }

  private List<String> notes(String driver) {
    List<String> notes = new ArrayList<>(coordinator.notes());
    if (!unprepared.get().isEmpty()) {
      notes.add(unprepared.get());
    }
    if (WireGuardGo.isOld(driver)) {
      notes.add(
          driver
              + " is old and slow; install the current one and restart the agent:"
              + " go install golang.zx2c4.com/wireguard@latest");
    }
    return notes;
  }

  private StatusReport.Peer peer(NodeRecord node) {
    DataPlane.Peer peer = plane.peer(node.key());
    PeerStatus status = path.status(node.key());
    Endpoint direct =
        status == null || status.state() != PathState.DIRECT ? null : status.endpoint();
    DerpLink link = peer == null ? null : plane.linkOf(peer);
    String relay = direct == null && link != null && link.isUp() ? link.target().name() : null;
    return new StatusReport.Peer(
        node.node().toString(),
        node.name(),
        texts(node.addresses()),
        direct != null ? "direct" : relay != null ? "derp" : "none",
        direct == null ? null : direct.toString(),
        direct != null && status != null && status.isNative(),
        relay,
        direct == null || status == null || status.srttNanos() == 0
            ? -1
            : status.srttNanos() / 1_000,
        status == null ? TunnelMtu.LEAST : status.mtu(),
        status == null ? "" : status.mtuRemark(),
        peer == null ? 0 : peer.receivedBytes,
        peer == null ? 0 : peer.sentBytes);
  }

  @Override
  public String changes() {
    return onLoop(() -> "{\"changes\":" + coordinator.changes() + "}");
  }

  @Override
  public String ping(String name, long timeoutMillis, boolean withEndpoints)
      throws MalformedException {
    NodeRecord node = find(name);
    IpAddress address = node.addresses().getFirst();
    long nanos;
    long asked;
    try (var echo = IcmpEcho.open(address)) {
      asked = Clock.SYSTEM.nanos();
      nanos = echo.ping(PING_PAYLOAD, Duration.ofMillis(timeoutMillis));
    } catch (IOException e) {
      throw new MalformedException("cannot ping " + address + ": " + e.getMessage());
    }
    var json = new JsonWriter().beginObject();
    json.member("name", node.name()).member("address", address.toString());
    if (nanos == IcmpEcho.NO_REPLY) {
      return json.endObject().toString();
    }
    json.member("rttMicros", nanos / 1_000);
    json.name("path").beginObject();
    PathOfReply by = onLoop(() -> pathOfReply(node, asked));
    json.member("type", by.direct != null ? "direct" : "derp");
    json.member("endpoint", by.direct == null || !withEndpoints ? null : by.direct.toString());
    json.member("relay", by.direct == null ? by.relay : null);
    return json.endObject().endObject().toString();
  }

  private record PathOfReply(@Nullable Endpoint direct, @Nullable String relay) {}

  /// By which path the peer's last packet came.
  private PathOfReply pathOfReply(NodeRecord node, long asked) {
    DataPlane.Peer peer = plane.peer(node.key());
    DerpLink link = peer == null ? null : plane.linkOf(peer);
    Endpoint direct = peer == null ? null : peer.lastDirectSource;
    if (peer != null && outside.mode().sharesPort() && peer.relayedAt < asked) {
      PeerStatus status = path.status(node.key()); // WireGuard heard it by itself
      direct = status == null ? null : status.endpoint();
    }
    return new PathOfReply(direct, link == null ? null : link.target().name());
  }

  @Override
  public String netcheck() {
    return netcheck.answer(loop);
  }

  @Override
  public String explain(String peer, boolean withEndpoints) throws MalformedException {
    NodeRecord named = peer.isEmpty() ? null : find(peer);
    return onLoop(() -> {
      List<NodeRecord> nodes = new ArrayList<>(membership.peers());
      nodes.removeIf(node -> named != null && !node.key().equals(named.key()));
      nodes.sort((a, b) -> a.name().compareTo(b.name()));
      return explain.json(nodes, withEndpoints);
    });
  }

  private NodeRecord find(String name) throws MalformedException {
    NodeRecord node = onLoop(() -> membership.find(name));
    if (node == null) {
      throw new MalformedException("no peer is called " + name + "; adit status lists them");
    }
    return node;
  }

  @Override
  public void down() {
    end.run();
  }

  private static List<String> texts(List<IpAddress> addresses) {
    List<String> texts = new ArrayList<>();
    for (IpAddress address : addresses) {
      texts.add(address.toString());
    }
    return texts;
  }

  private <T extends @Nullable Object> T onLoop(Supplier<T> question) {
    return LoopQuestion.ask(loop, question);
  }
}
