package dev.adit.systemtests.swarm;

import dev.adit.coordinator.identity.IdentityFiles;
import dev.adit.coordinator.store.Database;
import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.RelayTransactions;
import dev.adit.coordinator.store.StoredNode;
import dev.adit.core.control.CoordinatorSession;
import dev.adit.core.control.CoordinatorSession.Output;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.MessageConnection;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Membership;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HeadRecord;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import dev.adit.wire.control.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A coordinator that somebody has taken over: it has all keys, signs what it likes, and tells its
/// agents whole maps of it.
///
///     PatchedCoordinator STATE_FOLDER ADDRESS
///
/// Commands on standard input, each followed by a new map for everybody: `rollback NAME`, `outside
/// NAME ADDRESS` (an address more), `ranges PREFIX` (one more), `swap NAME` (another WireGuard key),
/// `honest` (all as it was, above what was told).
public final class PatchedCoordinator implements MessageConnection.Acceptor {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final IdentityFiles identity;
  private final NetworkRow network;
  private final List<Envelope> relays = new ArrayList<>();
  private final List<StoredNode> stored;
  private final Map<UUID, NodeRecord> records = new LinkedHashMap<>();
  private final List<Prefix> ranges = new ArrayList<>();
  private final List<Stream> streams = new ArrayList<>();
  private long revision;
  private long streamNumber = 1_000_000;

  private PatchedCoordinator(Path state) throws Exception {
    long now = System.currentTimeMillis();
    var document = state.resolve("identity").resolve("identity.json");
    String text = Files.readString(document);
    var known = Identity.parse(Envelope.parse(text).body());
    identity =
        IdentityFiles.open(state.resolve("identity"), known.urls(), known.tlsPins(), now, RANDOM);
    try (Database database = Database.open(state.resolve("coordinator.db"))) {
      network = database.transact(Reads::networks).getFirst();
      stored = database.transact(sql -> Reads.liveNodes(sql, network.id()));
      for (var relay : database.transact(RelayTransactions::live)) {
        relays.add(Envelope.parse(relay.record()));
      }
    }
    for (StoredNode node : stored) {
      NodeRecord record = NodeRecord.parse(Envelope.parse(node.record()).body());
      records.put(record.node(), record);
    }
    revision = network.revision() + 100;
    ranges.addAll(List.of(network.plan().v4(), network.plan().v6()));
  }

  public static void main(String[] arguments) throws Exception {
    var coordinator = new PatchedCoordinator(Path.of(arguments[0]));
    IpAddress address = IpAddress.parse(arguments[1]);
    var certificate = SelfSigned.create(RANDOM, Instant.now(), List.of(), List.of());
    var tls = new FrontDoorConfig.Tls(certificate.privateKeyPem(), certificate.certificatePem());
    var config = FrontDoorConfig.of(List.of(new Endpoint(address, 443)), tls);
    var routes =
        new RequestRoutes()
            .message("/adit/stream", "adit-control-v1", coordinator)
            .http(
                "/adit/identity",
                _ -> HttpResponse.json(200, coordinator.identity.document().json()));
    var _ = FrontDoor.start(config, routes);
    System.out.println("ready");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      coordinator.command(line.split(" "));
      System.out.println("done " + line);
    }
    System.exit(0);
  }

  private synchronized void command(String[] words) throws Exception {
    revision++;
    switch (words[0]) {
      case "rollback" -> change(words[1], -100, List.of(), false);
      case "outside" -> change(words[1], 1, List.of(IpAddress.parse(words[2])), false);
      case "swap" -> change(words[1], 2, List.of(), true);
      case "ranges" -> ranges.add(Prefix.parse(words[1]));
      case "honest" -> {
        records.replaceAll((_, record) -> original(record.node(), record.serial() + 10));
        ranges.removeIf(range -> ranges.indexOf(range) > 1);
      }
      default -> throw new IOException(words[0]);
    }
    streams.forEach(Stream::tellMap);
  }

  private NodeRecord original(UUID id, long serial) {
    for (StoredNode node : stored) {
      var row = node.row();
      if (row.id().equals(id)) {
        return record(
            id, row.nodeKey(), row.name(), row.addresses(), Math.max(serial, row.serial()));
      }
    }
    throw new IllegalStateException("no node " + id);
  }

  private void change(String name, long serials, List<IpAddress> more, boolean otherKey) {
    records.replaceAll((id, record) -> {
      if (!record.name().equals(name)) {
        return record;
      }
      PublicKey key = otherKey ? PrivateKey.generate(RANDOM).publicKey() : record.key();
      var addresses = new ArrayList<>(record.addresses());
      addresses.addAll(more);
      return record(id, key, name, addresses, record.serial() + serials);
    });
  }

  private NodeRecord record(
      UUID id, PublicKey key, String name, List<IpAddress> addresses, long serial) {
    return new NodeRecord(
        network.id(),
        id,
        key,
        true,
        name,
        addresses,
        List.of(),
        List.of(),
        null,
        serial,
        0,
        serial);
  }

  private Envelope head() {
    var head =
        new HeadRecord(
            network.id(),
            network.name(),
            revision,
            Sha256.of(new byte[32]),
            List.copyOf(ranges),
            null,
            null,
            System.currentTimeMillis() / 1000);
    return sign(Context.HEAD, head.body());
  }

  private Envelope sign(Context context, String body) {
    return Envelope.sign(context, body, identity.recordKeys().getFirst());
  }

  @Override
  public synchronized MessageConnection.Listener accept(MessageConnection connection) {
    var stream = new Stream(connection);
    streams.add(stream);
    return stream;
  }

  private final class Stream implements MessageConnection.Listener {
    private final MessageConnection connection;
    private final CoordinatorSession session;
    private PublicKey machine;
    private boolean greeted;

    Stream(MessageConnection connection) {
      this.connection = connection;
      var now = Clock.SYSTEM.nanos();
      session =
          new CoordinatorSession(
              identity.identity().coordinator(), identity.channelKeys(), RANDOM, now);
      machine = PrivateKey.generate(RANDOM).publicKey();
    }

    @Override
    public void received(byte[] message) {
      session.received(message, Clock.SYSTEM.nanos());
      drain();
    }

    @Override
    public void closed() {
      synchronized (PatchedCoordinator.this) {
        streams.remove(this);
      }
    }

    private void drain() {
      for (var output = session.poll(); output != null; output = session.poll()) {
        switch (output) {
          case Output.Send(byte[] message) -> connection.send(message);
          case Output.Identified(PublicKey key) -> machine = key;
          case Output.Received(Hello _) -> greet();
          case Output.Received(ControlMessage.Resync _) -> tellMap();
          case Output.Received(var message) -> System.out.println("heard " + message.getClass());
          case Output.Skipped _ -> {}
          case Output.Close(int code, _) -> connection.close(code);
        }
      }
    }

    private UUID self() {
      return stored.stream()
          .filter(node -> node.row().machineKey().equals(machine))
          .findFirst()
          .orElseThrow()
          .row()
          .id();
    }

    private void greet() {
      greeted = true;
      session.nodeKnown();
      session.send(
          new Welcome(
              1,
              1,
              List.of(),
              "patched",
              System.currentTimeMillis(),
              ++streamNumber,
              identity.document(),
              List.of(new Membership(network.id(), self(), NodeState.ACTIVE))));
      tellMap();
    }

    void tellMap() {
      connection.execute(() -> {
        if (greeted) {
          session.send(map());
          drain();
        }
      });
    }

    private NetworkMap map() {
      synchronized (PatchedCoordinator.this) {
        var nodes = new ArrayList<Envelope>();
        records.values().forEach(record -> nodes.add(sign(Context.NODE, record.body())));
        return new NetworkMap(
            network.id(),
            revision,
            "1." + revision + ".0000000000000000",
            head(),
            self(),
            nodes,
            relays,
            List.of());
      }
    }
  }
}
