package dev.adit.systemtests.swarm;

import dev.adit.core.derp.DerpClientSession;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.path.PathNode;
import dev.adit.core.path.PathOutput;
import dev.adit.core.path.PathState;
import dev.adit.core.path.Route;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpUpgrade;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.NodePresence;
import dev.adit.wire.control.ControlMessage.OwnPresence;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayRecord;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.NatMapping;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// An agent that has one peer, the first node of the network whose name is no simulated one's: it
/// speaks to coordinator and relay, finds and keeps a direct path with the agent's own path
/// machine, and has a [WireGuardResponder] for a WireGuard.
///
/// Confined to the executor's thread, but for what the threads of its two streams do.
final class ActivePeer implements SimulatedAgent.Hearer {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  final SimulatedAgent control;
  private final String prefix;
  private final Executor thread;
  private final DatagramChannel channel;
  private final Endpoint outside;
  private final PrivateKey probeKey = PrivateKey.generate(RANDOM);
  private final PathNode path;
  private @Nullable WireGuardResponder wireGuard;
  private @Nullable PublicKey peer;
  private @Nullable UUID peerNode;
  private volatile @Nullable UUID relay;
  private volatile @Nullable Connection stream;
  private volatile @Nullable DerpClientSession derp;

  /// @param prefix of the names of all simulated agents
  /// @param outside where it is reached; `channel` is bound there
  ActivePeer(
      String prefix,
      int number,
      JoinKey key,
      SimulatedAgent.Events events,
      Executor thread,
      DatagramChannel channel,
      Endpoint outside) {
    this.prefix = prefix;
    this.thread = thread;
    this.channel = channel;
    this.outside = outside;
    control = new SimulatedAgent(prefix + number, key, events);
    control.hearer = this;
    path = new PathNode(control.nodeKey, probeKey, RANDOM);
  }

  // --- the coordinator; on its thread

  @Override
  public OwnPresence presence(UUID network, long counter) {
    var told = new ControlMessage.Candidate(outside, CandidateKind.HOST.code());
    return new OwnPresence(network, counter, relay, probeKey.publicKey(), List.of(told));
  }

  @Override
  public List<UUID> heard(ControlMessage message) throws MalformedException {
    switch (message) {
      case NetworkMap map -> {
        for (Envelope envelope : map.relays()) {
          RelayRecord record = RelayRecord.parse(envelope.body());
          if (relay == null) {
            relay = record.relay();
            Thread.ofVirtual().start(() -> serveRelay(record));
          }
        }
        for (Envelope envelope : map.nodes()) {
          NodeRecord record = NodeRecord.parse(envelope.body());
          if (!record.name().startsWith(prefix)) {
            thread.execute(() -> found(record));
            return List.of(record.node());
          }
        }
      }
      case ControlMessage.PeerPresence presence ->
          thread.execute(() -> presence.nodes().forEach(this::present));
      default -> {}
    }
    return List.of();
  }

  private void found(NodeRecord record) {
    long now = Clock.SYSTEM.nanos();
    peer = record.key();
    peerNode = record.node();
    wireGuard = new WireGuardResponder(control.nodeKey, record.key());
    path.candidatesGathered(List.of(new Candidate.Address(CandidateKind.HOST, outside)), now);
    path.stunSettled(NatMapping.UNKNOWN, now);
    path.peerConfigured(record.key(), now);
    carryOut();
  }

  private void present(NodePresence node) {
    if (peer != null && node.node().equals(peerNode)) {
      List<Candidate> candidates = new ArrayList<>();
      for (ControlMessage.Candidate candidate : node.candidates()) {
        CandidateKind kind = CandidateKind.of(candidate.kind());
        if (kind != null && kind != CandidateKind.RELAY) {
          candidates.add(new Candidate.Address(kind, candidate.address()));
        }
      }
      path.presenceHeard(peer, node.probeKey(), candidates, node.online(), Clock.SYSTEM.nanos());
      carryOut();
    }
  }

  // --- the relay

  private void serveRelay(RelayRecord record) {
    var endpoint =
        new Endpoint(record.description().addresses().getFirst(), record.description().tcp());
    try (Connection open = TlsClient.connect(List.of(endpoint), null, PinPolicy.any(), PATIENCE)) {
      open.readTimeout(PATIENCE);
      var _ = HttpUpgrade.request(open, endpoint.toString(), "/derp", Map.of("Upgrade", "DERP"));
      var session =
          new DerpClientSession(
              control.nodeKey, record.description().key(), RANDOM, Clock.SYSTEM.nanos());
      stream = open;
      byte[] buffer = new byte[4 * 1024];
      open.readTimeout(Duration.ofSeconds(5));
      while (true) {
        int length = read(open, buffer);
        if (length < 0) {
          throw new IOException("the relay has ended");
        }
        session.received(buffer, 0, length, Clock.SYSTEM.nanos());
        for (Event event = session.poll(); event != null; event = session.poll()) {
          heardOfRelay(session, event);
        }
      }
    } catch (IOException e) {
      thread.execute(() -> path.relayLost(Clock.SYSTEM.nanos()));
    }
  }

  private static int read(Connection open, byte[] buffer) throws IOException {
    try {
      return open.input().read(buffer);
    } catch (SocketTimeoutException e) {
      return 0;
    }
  }

  private void heardOfRelay(DerpClientSession session, Event event) throws IOException {
    switch (event) {
      case Event.Write(byte[] bytes) -> write(bytes);
      case Event.Admitted _ -> {
        derp = session;
        thread.execute(() -> {
          path.relayConnected(Clock.SYSTEM.nanos());
          carryOut();
        });
      }
      case Event.Received(PublicKey source, byte[] packet) ->
          thread.execute(() -> fromRelay(source, packet));
      case Event.Failed(String reason) -> throw new IOException(reason);
      default -> {}
    }
  }

  private void write(byte[] bytes) {
    Connection open = stream;
    if (open != null) {
      try {
        synchronized (open) {
          open.output().write(bytes);
        }
      } catch (IOException e) {
        open.close();
      }
    }
  }

  private void fromRelay(PublicKey source, byte[] packet) {
    if (path.relayReceived(source, packet, 0, packet.length, Clock.SYSTEM.nanos())) {
      toWireGuard(packet);
    }
    carryOut();
  }

  private void toRelay(byte[] bytes) {
    DerpClientSession session = derp;
    if (session != null && peer != null) {
      byte[] frame = session.packet(peer, bytes, 0, bytes.length, Clock.SYSTEM.nanos());
      if (frame != null) {
        write(frame);
      }
    }
  }

  // --- the network

  /// There is something to read.
  void receive(ByteBuffer buffer) throws IOException {
    while (true) {
      buffer.clear();
      var from = (InetSocketAddress) channel.receive(buffer);
      if (from == null) {
        carryOut();
        return;
      }
      byte[] bytes = new byte[buffer.flip().remaining()];
      buffer.get(bytes);
      var source =
          new Endpoint(dev.adit.wire.IpAddress.of(from.getAddress().getAddress()), from.getPort());
      if (path.datagramReceived(source, bytes, 0, bytes.length, Clock.SYSTEM.nanos()) != null) {
        toWireGuard(bytes);
      }
    }
  }

  private void toWireGuard(byte[] message) {
    byte[] answer = wireGuard == null ? null : wireGuard.received(message);
    if (answer != null && peer != null) {
      Route route = path.wireGuardSent(peer, answer, 0, answer.length, Clock.SYSTEM.nanos());
      Endpoint to = route.direct();
      if (to != null) {
        send(to, answer);
      }
      if (route.relay()) {
        toRelay(answer);
      }
    }
  }

  private void send(Endpoint to, byte[] bytes) {
    try {
      var _ = channel.send(ByteBuffer.wrap(bytes), PacketPort.address(to));
    } catch (IOException e) {
      // As lost on the way.
    }
  }

  /// @return when it wants to be asked again
  long timeReached(long now) {
    if (now >= path.wakeAt()) {
      path.timeReached(now);
      carryOut();
    }
    return path.wakeAt();
  }

  private void carryOut() {
    for (PathOutput next = path.poll(); next != null; next = path.poll()) {
      switch (next) {
        case PathOutput.SendProbe(Endpoint to, byte[] bytes, boolean _) -> send(to, bytes);
        case PathOutput.SendRelay(PublicKey _, byte[] bytes) -> toRelay(bytes);
        case PathOutput.DeliverToWireGuard(PublicKey _, byte[] message) -> toWireGuard(message);
        case PathOutput.RefreshStun _ -> path.stunSettled(NatMapping.UNKNOWN, Clock.SYSTEM.nanos());
        default -> {}
      }
    }
  }

  boolean isDirect() {
    var status = peer == null ? null : path.status(peer);
    return status != null && status.state() == PathState.DIRECT;
  }
}
