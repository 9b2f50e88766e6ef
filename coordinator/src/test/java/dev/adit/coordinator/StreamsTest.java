package dev.adit.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SigningKey;
import dev.adit.net.frontdoor.UpgradeGate;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Text;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Candidate;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.Drain;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.Joined;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Newer;
import dev.adit.wire.control.ControlMessage.OwnPresence;
import dev.adit.wire.control.ControlMessage.PeerPresence;
import dev.adit.wire.control.ControlMessage.Removed;
import dev.adit.wire.control.ControlMessage.Resume;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Watch;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HeadRecord;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Agents on the real protocol, in the order of a node's life.
class StreamsTest {
  @TempDir Path state;
  private TestCoordinator site;

  @BeforeEach
  void open() throws Exception {
    site = new TestCoordinator(state);
  }

  @AfterEach
  void close() throws Exception {
    site.close();
  }

  @Test
  void aMachineJoinsAndGetsASignedMapOfItself() throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    var welcome = agent.next(Welcome.class);
    assertThat(welcome.nodes()).isEmpty();
    agent.join(site.joinKey(), "Laptop");

    var joined = agent.next(Joined.class);
    assertThat(joined.existing()).isFalse();
    assertThat(joined.re()).isEqualTo(1);
    var map = agent.next(NetworkMap.class);
    assertThat(map.self()).isEqualTo(joined.node());
    assertThat(map.revision()).isEqualTo(1);
    var recordKeys = TestCoordinator.identity(site.coordinator).recordKeys();
    assertThat(map.head().isSignedBy(Context.HEAD, recordKeys)).isTrue();
    assertThat(map.nodes()).hasSize(1);
    assertThat(map.nodes().getFirst().isSignedBy(Context.NODE, recordKeys)).isTrue();
    var record = NodeRecord.parse(map.nodes().getFirst().body());
    assertThat(record.key()).isEqualTo(agent.nodeKey.publicKey());
    assertThat(record.name()).isEqualTo("laptop");
    var head = HeadRecord.parse(map.head().body());
    assertThat(head.ranges())
        .allMatch(range -> record.addresses().stream().anyMatch(range::contains));
    assertThat(site.coordinator.admission().admits(agent.nodeKey.publicKey())).isTrue();
  }

  @Test
  void othersHearOfANewNodeThenOfItsPresence() throws Exception {
    var first = site.joined("one");
    var second = site.joined("two");

    var delta = first.next(Delta.class);
    assertThat(delta.from()).isEqualTo(1);
    assertThat(delta.revision()).isEqualTo(2);
    var record = NodeRecord.parse(delta.nodes().getFirst().body());
    assertThat(record.name()).isEqualTo("two");
    var online = first.next(PeerPresence.class).nodes().getFirst();
    assertThat(online.node()).isEqualTo(record.node());
    assertThat(online.online()).isTrue();

    UUID relay = UUID.fromString("019a0000-0000-7000-8000-0000000000c1");
    second.send(new OwnPresence(delta.network(), 1, relay, null, List.of()));
    var told = first.next(PeerPresence.class).nodes().getFirst();
    assertThat(told.relay()).isEqualTo(relay);
    assertThat(told.counter()).isEqualTo(1);
    assertThat(String.valueOf(told.seen())).isEqualTo("192.0.2.7");
    assertThat(
            site.coordinator
                .admission()
                .allows(first.nodeKey.publicKey(), second.nodeKey.publicKey()))
        .isTrue();
  }

  @Test
  void anOlderPresenceIsIgnored() throws Exception {
    var first = site.joined("one");
    var second = site.joined("two");
    UUID network = first.next(Delta.class).network();
    first.await(PeerPresence.class);
    UUID relay = UUID.fromString("019a0000-0000-7000-8000-0000000000c1");
    second.send(new OwnPresence(network, 5, relay, null, List.of()));
    second.send(new OwnPresence(network, 4, null, null, List.of()));
    second.send(new OwnPresence(network, 6, relay, null, List.of(candidate())));

    assertThat(first.next(PeerPresence.class).nodes().getFirst().counter()).isEqualTo(5);
    assertThat(first.next(PeerPresence.class).nodes().getFirst().counter()).isEqualTo(6);
  }

  private static Candidate candidate() {
    return new Candidate(dev.adit.wire.Endpoint.literal("203.0.113.2:41000"), 2);
  }

  @Test
  void watchIsAnsweredAtOnce() throws Exception {
    var first = site.joined("one");
    site.joined("two");
    var delta = first.next(Delta.class);
    UUID two = NodeRecord.parse(delta.nodes().getFirst().body()).node();
    first.await(PeerPresence.class);

    first.send(new Watch(delta.network(), List.of(two)));
    assertThat(first.next(PeerPresence.class).nodes().getFirst().node()).isEqualTo(two);
  }

  /// C-13: the answer was lost; also the token of a current map.
  @Test
  void aMachineThatComesBackIsItsOldNodeAndNeedsNoMap() throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    agent.join(site.joinKey(), "laptop");
    var joined = agent.next(Joined.class);
    var map = agent.next(NetworkMap.class);
    agent.close();

    var resume = List.of(new Resume(map.network(), map.token()));
    var again = TestAgent.connect(site.coordinator, agent.machine, agent.nodeKey, "a", resume);
    var welcome = again.next(Welcome.class);
    assertThat(welcome.nodes().getFirst().node()).isEqualTo(joined.node());
    assertThat(welcome.nodes().getFirst().state()).isEqualTo(NodeState.ACTIVE);
    assertThat(again.next(Current.class).revision()).isEqualTo(1);

    again.join(site.joinKey(), "laptop");
    assertThat(again.next(Joined.class))
        .isEqualTo(new Joined(1, map.network(), joined.node(), NodeState.ACTIVE, true));
    var keys = site.json("GET", "/api/v1/keys", "").objects("keys", 10);
    assertThat(keys.getFirst().integer("uses")).isEqualTo(1);
  }

  /// C-20.
  @Test
  void anOldTokenGetsADeltaAForeignOneTheMap() throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    agent.join(site.joinKey(), "laptop");
    var map = agent.await(NetworkMap.class);
    agent.close();
    site.joined("two");
    site.joined("three");

    var held = List.of(new Resume(map.network(), map.token()));
    var again = TestAgent.connect(site.coordinator, agent.machine, agent.nodeKey, "a", held);
    again.next(Welcome.class);
    var delta = again.next(Delta.class);
    assertThat(delta.from()).isEqualTo(1);
    assertThat(delta.nodes()).hasSize(2);
    again.close();

    for (String token : List.of("1.1.0000000000000000", "2" + map.token().substring(1), "x")) {
      var foreign = List.of(new Resume(map.network(), token));
      var other = TestAgent.connect(site.coordinator, agent.machine, agent.nodeKey, "a", foreign);
      other.next(Welcome.class);
      assertThat(other.next(NetworkMap.class).nodes()).hasSize(3);
      other.close();
    }
  }

  @Test
  void resyncGetsTheWholeMapButNotForEver() throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    agent.join(site.joinKey(), "laptop");
    UUID network = agent.await(NetworkMap.class).network();
    for (int i = 0; i < 10; i++) {
      agent.send(new Resync(network));
      agent.next(NetworkMap.class);
    }
    agent.send(new Resync(network));
    assertThat(agent.next(Failure.class).code()).isEqualTo("rate_limited");
    agent.awaitClose();
  }

  /// R-REV-6: the map of a larger network is made elsewhere, and nothing overtakes it.
  @Test
  void theMapOfALargeNetworkComesBeforeTheChangesAfterIt() throws Exception {
    var agents = new ArrayList<TestAgent>();
    for (int i = 0; i < 40; i++) {
      agents.add(site.joined("node" + i));
    }
    var last = agents.getLast();
    last.close();
    var back = TestAgent.connect(site.coordinator, last.machine, last.nodeKey, "a", List.of());
    var later = site.joined("later");
    back.next(Welcome.class);
    var map = back.next(NetworkMap.class);
    assertThat(map.nodes()).hasSizeGreaterThanOrEqualTo(40);
    long revision = map.revision();
    while (revision < 41) {
      var delta = back.await(Delta.class);
      assertThat(delta.from()).isEqualTo(revision);
      revision = delta.revision();
    }
    later.close();
  }

  /// C-35, R-REC-9.
  @Test
  void aRemovedNodeLosesAdmissionItsPeersAndHearsOfIt() throws Exception {
    var first = site.joined("one");
    var second = site.joined("two");
    UUID two = NodeRecord.parse(first.next(Delta.class).nodes().getFirst().body()).node();
    var revoked = new LinkedBlockingQueue<Object>();
    site.coordinator.admission().onRevoked(revoked::addAll);

    assertThat(site.call("DELETE", "/api/v1/nodes/two", "").status()).isEqualTo(204);

    assertThat(revoked.poll()).isEqualTo(second.nodeKey.publicKey());
    assertThat(site.coordinator.admission().admits(second.nodeKey.publicKey())).isFalse();
    assertThat(first.await(Delta.class).gone()).containsExactly(two);
    assertThat(second.await(Removed.class).node()).isEqualTo(two);
    second.close();

    var back = TestAgent.connect(site.coordinator, second.machine, second.nodeKey, "a", List.of());
    assertThat(back.next(Welcome.class).nodes().getFirst().state()).isEqualTo(NodeState.REMOVED);
  }

  /// C-11, on the stream.
  @Test
  void aForeignNodeKeyIsRefusedByItsProof() throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    agent.joinWithProof(site.joinKey(), new byte[32]);
    assertThat(agent.next(Failure.class).code()).isEqualTo("node_key_proof");
    var keys = site.json("GET", "/api/v1/keys", "").objects("keys", 10);
    assertThat(keys.getFirst().integer("uses")).isZero();
  }

  @Test
  void afterFiveFailedJoinsTheStreamEnds() throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    for (int i = 0; i < 5; i++) {
      agent.joinWithProof(site.joinKey(), new byte[32]);
      agent.next(Failure.class);
    }
    agent.join(site.joinKey(), "laptop");
    var last = agent.next(Failure.class);
    assertThat(last.code()).isEqualTo("rate_limited");
    assertThat(last.fatal()).isTrue();
    agent.awaitClose();
  }

  @Test
  void whoLeavesMoreThan16MiBUnreadIsDropped() throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    agent.join(site.joinKey(), "laptop");
    UUID network = agent.await(NetworkMap.class).network();
    agent.waitingBytes = 16 << 20;
    agent.send(new Resync(network));
    agent.next(NetworkMap.class);
    agent.waitingBytes = (16 << 20) + 1;
    agent.send(new Resync(network));
    assertThat(agent.awaitClose()).isEqualTo(1008);
  }

  @Test
  void theNewerStreamOfAMachineWins() throws Exception {
    var agent = site.joined("one");
    var other = site.joined("two");
    agent.await(PeerPresence.class);
    var again = TestAgent.connect(site.coordinator, agent.machine, agent.nodeKey, "a", List.of());
    long number = again.next(Welcome.class).stream();
    assertThat(agent.next(Superseded.class).stream()).isEqualTo(number);
    agent.awaitClose();

    again.await(NetworkMap.class);
    var told = other.next(PeerPresence.class).nodes().getFirst();
    assertThat(told.stream()).isEqualTo(number);
    assertThat(told.online()).isTrue();
  }

  @Test
  void aNodeWhoseStreamEndsIsOffLine() throws Exception {
    var agent = site.joined("one");
    var other = site.joined("two");
    agent.close();
    assertThat(other.next(PeerPresence.class).nodes().getFirst().online()).isFalse();
  }

  /// A burst of joins is one delta for those who were there, and everybody ends with all.
  @Test
  void manyMachinesJoinAtOnceAndAllHearOfAll() throws Exception {
    var first = site.joined("first");
    int count = 40;
    var agents = new ArrayList<TestAgent>();
    var key = site.joinKey();
    for (int i = 0; i < count; i++) {
      var agent = TestAgent.connect(site.coordinator);
      agent.next(Welcome.class);
      agents.add(agent);
    }
    for (var agent : agents) {
      agent.join(key, "node");
    }
    long revision = 1;
    int nodes = 0;
    while (revision < count + 1) {
      var delta = first.await(Delta.class);
      assertThat(delta.from()).isEqualTo(revision);
      revision = delta.revision();
      nodes += delta.nodes().size();
    }
    assertThat(nodes).isEqualTo(count);
    for (var agent : agents) {
      long at = agent.await(NetworkMap.class).revision();
      while (at < revision) {
        var delta = agent.await(Delta.class);
        assertThat(delta.from()).isEqualTo(at);
        at = delta.revision();
      }
    }
  }

  @Test
  void joinsAndRemovalsAtOnceLeaveEverybodyAtTheSameRevision() throws Exception {
    var first = site.joined("first");
    int count = 20;
    for (int i = 0; i < count; i++) {
      site.joined("old-" + i);
    }
    var removals = new ArrayList<Thread>();
    for (int i = 0; i < count; i++) {
      String path = "/api/v1/nodes/old-" + i;
      removals.add(Thread.startVirtualThread(() -> site.call("DELETE", path, "")));
      var agent = TestAgent.connect(site.coordinator);
      agent.next(Welcome.class);
      agent.join(site.joinKey(), "new");
    }
    for (var removal : removals) {
      removal.join();
    }
    long revision = 1;
    int gone = 0;
    while (revision < 1 + 3 * count) {
      var delta = first.await(Delta.class);
      assertThat(delta.from()).isEqualTo(revision);
      revision = delta.revision();
      gone += delta.gone().size();
    }
    assertThat(gone).isEqualTo(count);
    assertThat(site.json("GET", "/api/v1/nodes", "").objects("nodes", 50)).hasSize(1 + count);
  }

  @Test
  void aRestartKeepsNodesKeysAddressesAndStreamNumbersRise() throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    long stream = agent.next(Welcome.class).stream();
    agent.join(site.joinKey(), "laptop");
    var map = agent.await(NetworkMap.class);
    var key = site.joinKey().text();
    var identity = TestCoordinator.identity(site.coordinator);
    agent.close();
    site.close();

    site = new TestCoordinator(state);
    assertThat(TestCoordinator.identity(site.coordinator)).isEqualTo(identity);
    assertThat(site.joinKey().text()).isEqualTo(key);
    var resume = List.of(new Resume(map.network(), map.token()));
    var again = TestAgent.connect(site.coordinator, agent.machine, agent.nodeKey, "b", resume);
    var welcome = again.next(Welcome.class);
    assertThat(welcome.stream()).isGreaterThan(stream);
    assertThat(again.next(Current.class).revision()).isEqualTo(map.revision());
    assertThat(site.coordinator.admission().admits(agent.nodeKey.publicKey())).isTrue();
  }

  /// C-18: the database is older than what agents hold.
  @Test
  void anAgentThatHoldsANewerRecordMakesOursNewer() throws Exception {
    var first = site.joined("one");
    var second = site.joined("two");
    var delta = first.next(Delta.class);
    var held = NodeRecord.parse(delta.nodes().getFirst().body());
    long serial = held.serial() + 1000;
    var newer =
        new NodeRecord(
            held.network(),
            held.node(),
            held.key(),
            true,
            "elsewhere",
            held.addresses(),
            List.of(),
            List.of(),
            null,
            held.issuedAt(),
            0,
            serial);
    var forger = SigningKey.generate(new SecureRandom());
    var ours =
        SigningKey.of(
            Text.parseB64(Files.readString(state.resolve("identity/record.key")).strip(), 32));
    first.send(new Newer(held.network(), Envelope.sign(Context.NODE, newer.body(), forger)));
    first.send(new Newer(held.network(), Envelope.sign(Context.NODE, newer.body(), ours)));

    var healed = NodeRecord.parse(second.await(Delta.class).nodes().getFirst().body());
    assertThat(healed.node()).isEqualTo(held.node());
    assertThat(healed.name()).isEqualTo("two");
    assertThat(healed.serial()).isEqualTo(serial + 1);
  }

  @Test
  void twoMachinesWithOneIdentityAreTold() throws Exception {
    var machine = PrivateKey.generate(new SecureRandom());
    var nodeKey = PrivateKey.generate(new SecureRandom());
    var running = TestAgent.connect(site.coordinator, machine, nodeKey, "a", List.of());
    running.next(Welcome.class);
    for (int i = 1; ; i++) {
      String instance = i % 2 == 0 ? "a" : "b";
      var newcomer = TestAgent.connect(site.coordinator, machine, nodeKey, instance, List.of());
      var first = newcomer.next(dev.adit.wire.control.ControlMessage.class);
      if (first instanceof Failure refused) {
        assertThat(refused.code()).isEqualTo("duplicate_machine");
        assertThat(refused.retryMs()).isEqualTo(300_000);
        var notice = running.next(Failure.class);
        assertThat(notice.code()).isEqualTo("duplicate_machine");
        assertThat(notice.fatal()).isFalse();
        break;
      }
      running.next(Superseded.class);
      running = newcomer;
      assertThat(i).isLessThan(6);
    }
  }

  /// R-AG-8.
  @Test
  void aCoordinatorThatStopsAsksItsAgentsToLeaveAndTakesNobody() throws Exception {
    var one = site.joined("one");
    var two = site.joined("two");
    var drained = CompletableFuture.runAsync(site.coordinator::drain);
    assertThat(one.await(Drain.class).afterMs()).isBetween(0L, 2_000L);
    assertThat(two.await(Drain.class).urls()).isEmpty();
    one.close();
    assertThat(drained).isNotDone();
    assertThat(site.coordinator.gate().arrive(new Newcomer()))
        .isEqualTo(UpgradeGate.Answer.REFUSED);
    assertThat(site.coordinator.gate().retryAfterSeconds()).isBetween(1, 3);
    two.close();
    drained.get(10, TimeUnit.SECONDS);
  }

  private static final class Newcomer implements UpgradeGate.Visitor {
    @Override
    public IpAddress address() {
      return IpAddress.literal("192.0.2.8");
    }

    @Override
    public void enter() {
      throw new AssertionError("was refused");
    }
  }
}
