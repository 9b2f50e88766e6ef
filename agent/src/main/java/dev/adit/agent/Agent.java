package dev.adit.agent;

import dev.adit.core.netcheck.NetCheck;
import dev.adit.core.netcheck.NetReport;
import dev.adit.core.netcheck.OwnCandidates;
import dev.adit.core.path.PathNode;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.Interfaces;
import dev.adit.net.linux.NetworkWatch;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.net.metrics.MetricsFormat;
import dev.adit.net.tls.TlsClient;
import dev.adit.net.udp.LoopbackEndpoint;
import dev.adit.net.udp.PacketHandler;
import dev.adit.net.udp.UdpLoop;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.probe.Candidate;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The program on a node: joins its network and gives each pair the best path, until closed.
///
/// Threads: *packet-loop* owns the machines of `core` and everything that decides; *tunnel* makes
/// and changes the WireGuard interface; *control* and *derp* threads block on their connections.
/// They post to the packet loop; the packet loop posts to the tunnel.
public final class Agent implements AutoCloseable {
  /// Hears how the start goes: one of the three, once; `failed` may follow later, too.
  public interface Progress {
    /// The node is usable.
    void ready(String name, String address);

    /// Not usable in time; the agent goes on trying.
    void waiting(String what);

    /// Something that the user should know while it takes its time: before one of the three.
    void note(String text);

    /// What is waited for now, if it takes longer than a second: before one of the three.
    void awaiting(String what);

    /// The agent ended: it cannot do its work.
    ///
    /// @param usage true if what the user gave is wrong (exit code 2)
    void failed(String text, boolean usage);
  }

  private final AgentConfig config;
  private final Progress progress;
  private final Clock clock = Clock.SYSTEM;
  private final SecureRandom random = new SecureRandom();
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final AgentFiles files;
  private final PrivateKey nodeKey;
  private final AgentCounters counters = new AgentCounters();
  private final AgentMetrics metrics;
  private final TunnelKeeper tunnel;
  private final OutsidePort outside;
  private final UdpLoop loop;
  private final PathNode path;
  private final NetCheck netcheck;
  private final DataPlane plane;
  private final Membership membership;
  private final Readiness readiness;
  private final CountDownLatch loopMade = new CountDownLatch(1);
  private final Coordination coordination;
  private @Nullable LocalServer localServer;
  private @Nullable NetworkWatch watch;

  // confined to the packet loop
  private final PresenceSender presence = new PresenceSender();
  private List<Endpoint> hosts = List.of();
  private List<Candidate> candidates = List.of();
  private long presenceCounter;

  /// Starts an agent. What goes wrong at once is told to `progress` like what goes wrong later.
  ///
  /// @param format of its metrics; not called before somebody asks for them
  public static Agent start(AgentConfig config, Progress progress, MetricsFormat format)
      throws IOException {
    return start(config, progress, format, Rights::tunnel);
  }

  /// As above, with another kind of tunnel.
  public static Agent start(
      AgentConfig config, Progress progress, MetricsFormat format, Tunnel.Maker tunnel)
      throws IOException {
    Agent agent = new Agent(config, progress, format, tunnel);
    try {
      agent.begin();
    } catch (IOException | RuntimeException e) {
      agent.close();
      throw e;
    }
    return agent;
  }

  /// Begins, on threads of its own, what takes a fresh Java machine tens of milliseconds and is
  /// wanted soon after a start. May be called before it is known how to start.
  public static void warmUp() {
    Thread.ofPlatform().daemon().name("warm-tls").start(TlsClient::preload);
    Thread.ofPlatform().daemon().name("warm-native").start(RouteNetlink::preload);
  }

  private Agent(
      AgentConfig config, Progress progress, MetricsFormat format, Tunnel.Maker tunnelMaker)
      throws IOException {
    this.config = config;
    this.progress = progress;
    this.readiness = new Readiness(progress, config.readyWithin(), clock.nanos());
    this.files = AgentFiles.open(config.stateFolder(), config.newIdentity());
    java.nio.file.Files.createDirectories(config.runFolder());
    this.nodeKey = files.key("node.key", random);
    this.outside = chooseOutside();
    this.tunnel =
        new TunnelKeeper(
            outside.tunnels(tunnelMaker), config, nodeKey, clock, new TunnelEvents(), counters);
    try {
      tunnel.check(); // before anybody hears of us
      tunnel.open(outside.wireGuardPort()); // the slowest part goes first
      this.path = new PathNode(nodeKey, PrivateKey.generate(random), random);
      this.netcheck = new NetCheck(random);
      this.plane = new DataPlane(clock, path, netcheck, new PlaneEvents(), tunnel, counters);
      LoopbackPorts ports = LoopbackPorts.load(files.loopbackFile(), random);
      this.loop = outside.open(clock, new LoopHandler(), e -> AgentLog.mistake(Agent.class, e));
      plane.attach(loop, config.relayOnly());
      loopMade.countDown();
      bindStored(ports);
      this.membership =
          new Membership(plane, path, netcheck, ports, nodeKey, clock, random, tunnel);
      this.coordination =
          new Coordination(
              config,
              files,
              files.key("machine.key", random),
              nodeKey,
              clock,
              random,
              loop,
              new FromCoordination(),
              counters);
      this.metrics =
          new AgentMetrics(
              new AgentReadings(loop, plane, path, coordination::isConnected, counters), format);
    } catch (IOException | RuntimeException e) {
      outside.abandon();
      abandon();
      throw e;
    }
  }

  private OutsidePort chooseOutside() throws IOException {
    try {
      return OutsidePort.choose(config, nodeKey, files, random, clock);
    } catch (IOException | RuntimeException e) {
      files.close();
      files.removeNew(config.newIdentity());
      throw e;
    }
  }

  /// Half made: the tunnel and the files have to go.
  private void abandon() {
    closing.set(true);
    begun.countDown();
    loopMade.countDown();
    tunnel.close();
    files.close();
    files.removeNew(config.newIdentity());
  }

  private void bindStored(LoopbackPorts ports) {
    for (Map.Entry<PublicKey, Integer> stored : ports.all().entrySet()) {
      try {
        plane.bindLoopback(stored.getKey(), stored.getValue());
      } catch (IOException e) {
        ports.forget(stored.getKey()); // taken meanwhile; the map brings it back with another port
      }
    }
  }

  private void begin() throws IOException {
    try {
      beginAll();
    } finally {
      begun.countDown();
    }
  }

  private void beginAll() throws IOException {
    readiness.coordinatorLost("no answer from " + coordination.url());
    metrics.listen(config.metrics());
    var services =
        new NodeServices(
            loop,
            plane,
            path,
            membership,
            outside,
            new NetCheckQuestion(netcheck, plane, clock),
            new ExplainQuestion(netcheck, plane, path, outside, clock),
            tunnel::wireGuard,
            tunnel::unprepared,
            coordination,
            this::closeSoon);
    localServer =
        LocalServer.start(
            config.socket(),
            LocalServer.EVERYBODY,
            metrics.before(new LocalApi(services, Operator.open(config.stateFolder()))),
            LocalLimits.agent());
    metrics.socket(localServer);
    loop.post(this::gatherHosts);
    loop.start();
    coordination.start();
    watch = NetworkWatch.start(() -> loop.post(this::networkChanged));
  }

  /// Returns when the agent has ended.
  public void await() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  /// Ends everything; the interface disappears.
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    coordination.close();
    if (watch != null) {
      watch.close();
    }
    loop.post(() -> {
      plane.endLinks();
      coordination.flush();
    });
    tunnel.close();
    loop.close();
    files.close();
    if (coordination.joinedNothing()) {
      files.removeNew(config.newIdentity());
    }
    metrics.close();
    if (localServer != null) {
      try {
        localServer.close();
      } catch (IOException e) {
        // The socket file stays; the next start replaces it.
      }
    }
    AgentLog.writeWaiting();
    over.countDown();
  }

  /// From a thread that close would wait for, perhaps while this is still being made.
  private void closeSoon() {
    Thread.ofPlatform()
        .name("close")
        .start(() -> {
          try {
            begun.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          close();
        });
  }

  private void fail(String text, boolean usage) {
    if (!closing.get() && failed.compareAndSet(false, true)) {
      progress.failed(text, usage);
      closeSoon();
    }
  }

  // --- the tunnel's thread

  private final class TunnelEvents implements TunnelKeeper.Events {
    @Override
    public void opened(int port) {
      try {
        loopMade.await();
        if (!closing.get()) {
          loop.post(() -> wireGuardAt(port));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void configured() {
      loop.post(() -> {
        readiness.configured();
        tellIfUsable();
      });
    }

    @Override
    public void unprepared(String what) {
      loop.post(() -> readiness.unprepared(what));
    }

    @Override
    public void failed(String text) {
      fail(text, false);
    }
  }

  // --- the packet loop's thread

  private void wireGuardAt(int port) {
    try {
      boolean shared = outside.verifyShared(port, tunnel.movesEndpoints(), loop);
      plane.wireGuardAt(port, shared, outside.mode() == DataMode.HELPER);
      gatherHosts();
    } catch (IOException e) {
      fail("cannot reach WireGuard at 127.0.0.1:" + port + ": " + e.getMessage(), false);
    }
  }

  private void tellIfUsable() {
    MapView map = membership.map();
    if (map != null && readiness.becameUsable()) {
      progress.ready(map.self().name(), map.self().addresses().getFirst().toString());
      AgentLog.info(Agent.class, "usable", "the node is usable", "node", map.self().name());
      AgentLog.open();
    }
  }

  /// Interface addresses are read in a moment; so are they at each change.
  private void gatherHosts() {
    try (RouteNetlink netlink = RouteNetlink.open()) {
      var exclusions =
          new Interfaces.Exclusions(List.of(config.interfaceName()), membership.ranges(), false);
      List<Endpoint> found = new ArrayList<>();
      for (IpAddress address : Interfaces.hostAddresses(netlink, exclusions)) {
        found.add(new Endpoint(address, loop.port()));
      }
      hosts = List.copyOf(found);
      netcheck.hostsChanged(hosts);
      candidatesChanged();
    } catch (IOException e) {
      AgentLog.mistake(Agent.class, e);
    }
  }

  private void networkChanged() {
    tunnel.checkPresence();
    loop.routesChanged();
    List<Endpoint> before = hosts;
    gatherHosts();
    if (!before.equals(hosts)) {
      long now = clock.nanos();
      netcheck.linkChanged(now);
      plane.carryOutNetcheck(now);
      path.linkChanged(now);
      plane.carryOut(now);
      plane.links().all().forEach(DerpLink::networkChanged);
      coordination.networkChanged();
    }
  }

  private void candidatesChanged() {
    List<Candidate> now =
        config.relayOnly()
            ? List.of()
            : OwnCandidates.of(hosts, config.staticEndpoints(loop.port()), netcheck.report());
    if (!now.equals(candidates)) {
      candidates = now;
      path.candidatesGathered(now, clock.nanos());
      plane.carryOut(clock.nanos());
      presence.changed();
    }
  }

  private void sendPresence() {
    MapView map = membership.map();
    if (map == null) {
      return;
    }
    coordination.send(
        new ControlMessage.OwnPresence(
            map.self().network(),
            ++presenceCounter,
            membership.homeRelay(),
            path.probeKey(),
            PresenceSender.told(candidates)));
  }

  /// The loop's handler: the data plane, and the agent's own timers.
  private final class LoopHandler implements PacketHandler {
    @Override
    public void fromWireGuard(
        LoopbackEndpoint endpoint, byte[] packet, int offset, int length, long now) {
      plane.fromWireGuard(endpoint, packet, offset, length, now);
    }

    @Override
    public void fromOutside(Endpoint source, byte[] packet, int offset, int length, long now) {
      plane.fromOutside(source, packet, offset, length, now);
    }

    @Override
    public long roundEnded(long now) {
      boolean connected = coordination.isConnected();
      if (connected && presence.due(now)) {
        sendPresence();
      }
      readiness.timeReached(now);
      // Presence that waits for the coordinator must not wake us; connecting does.
      long own = Math.min(connected ? presence.wakeAt() : Long.MAX_VALUE, readiness.wakeAt());
      own = Math.min(own, coordination.timeReached(now));
      return Math.min(own, plane.roundEnded(now));
    }
  }

  private final class PlaneEvents implements DataPlane.Events {
    @Override
    public void homeRelay(boolean up) {
      readiness.relay(up);
      presence.changed();
      if (up) {
        coordination.hurry();
      }
      tellIfUsable();
    }

    @Override
    public void netReport(NetReport report) {
      candidatesChanged();
    }

    @Override
    public void readWireGuard() {
      tunnel.read(readings -> loop.post(() -> plane.wireGuardRead(readings)));
    }
  }

  private final class FromCoordination implements Coordination.Events {
    @Override
    public void mapChanged(MapView map) {
      try {
        membership.mapChanged(map);
        readiness.mapHeld(membership.homeRelay() != null);
        gatherHosts();
        tellIfUsable();
      } catch (IOException e) {
        fail(String.valueOf(e.getMessage()), false);
      }
    }

    @Override
    public void presenceHeard(ControlMessage.NodePresence node) {
      membership.presenceHeard(node);
    }

    @Override
    public void connected() {
      presence.changed();
    }

    @Override
    public void disconnected(String why) {
      readiness.coordinatorLost(why);
    }

    @Override
    public void postponed(String code, String text, long nanos) {
      readiness.postponed(code, text, nanos, clock.nanos());
    }

    @Override
    public void refused(String text, boolean usage) {
      fail(text, usage);
    }
  }
}
