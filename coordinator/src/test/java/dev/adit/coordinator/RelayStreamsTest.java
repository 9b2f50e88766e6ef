package dev.adit.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.ManagedAdmission;
import dev.adit.core.admission.ManagedAdmission.Applied;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.IpAddress;
import dev.adit.wire.JsonObject;
import dev.adit.wire.control.ControlMessage.Admitted;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.DescribeRelay;
import dev.adit.wire.control.ControlMessage.Done;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.Joined;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.RelayReport;
import dev.adit.wire.control.ControlMessage.Resume;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.RelayRecord;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Relays that join: what they are told of whom to serve, and what nodes are told of them.
class RelayStreamsTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PrivateKey machine = PrivateKey.generate(RANDOM);
  private final PrivateKey serverKey = PrivateKey.generate(RANDOM);
  private final ManagedAdmission admission = new ManagedAdmission(new HashMap<>());

  @TempDir Path state;

  private static JoinKey key(TestCoordinator site, String wish) throws Exception {
    return JoinKey.parse(site.json("POST", "/api/v1/keys", wish).string("key"));
  }

  private TestAgent relay(TestCoordinator site, List<Resume> resume) throws Exception {
    var relay = TestAgent.connectRelay(site.coordinator, machine, serverKey, resume);
    relay.next(Welcome.class);
    return relay;
  }

  private TestAgent joinedRelay(TestCoordinator site, String wish) throws Exception {
    var relay = relay(site, List.of());
    relay.join(key(site, wish), "r1");
    relay.next(Done.class);
    assertThat(admission.apply(relay.next(RelayAdmission.class))).isEqualTo(Applied.DONE);
    return relay;
  }

  private static TestAgent node(TestCoordinator site, String network, String name)
      throws Exception {
    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    agent.join(key(site, "{\"network\":\"" + network + "\"}"), name);
    agent.await(NetworkMap.class);
    return agent;
  }

  private static PublicKey key(TestAgent agent) {
    return agent.nodeKey.publicKey();
  }

  private RelayDescription description() {
    return new RelayDescription(
        serverKey.publicKey(),
        null,
        "r1",
        "eu",
        900,
        List.of(),
        List.of(IpAddress.literal("198.51.100.10")),
        443,
        List.of(3478),
        List.of(),
        List.of(RelayDescription.DERP));
  }

  @Test
  void servesTwoNetworksOfWhichNeitherMeetsTheOther() throws Exception {
    try (var site = new TestCoordinator(state)) {
      assertThat(site.call("POST", "/api/v1/networks", "{\"name\":\"lab\"}").status())
          .isEqualTo(201);
      var a = node(site, "default", "a");
      var relay = joinedRelay(site, "{\"kind\":\"relay\"}");
      assertThat(admission.admits(key(a))).isTrue();

      var b = node(site, "default", "b");
      var foreign = node(site, "lab", "a");
      assertThat(admission.apply(relay.next(RelayAdmission.class))).isEqualTo(Applied.DONE);
      assertThat(admission.apply(relay.next(RelayAdmission.class))).isEqualTo(Applied.DONE);
      assertThat(admission.allows(key(a), key(b))).isTrue();
      assertThat(admission.admits(key(foreign))).isTrue();
      assertThat(admission.allows(key(a), key(foreign))).isFalse();
      assertThat(admission.allows(key(foreign), key(a))).isFalse();

      String ambiguous = new String(site.call("DELETE", "/api/v1/nodes/a", "").body(), UTF_8);
      assertThat(ambiguous).contains("several networks have a node a");
      assertThat(site.call("DELETE", "/api/v1/nodes/b", "").status()).isEqualTo(204);
      assertThat(admission.apply(relay.next(RelayAdmission.class))).isEqualTo(Applied.DONE);
      assertThat(admission.admits(key(b))).isFalse();
    }
  }

  @Test
  void aRelayOfOneNetworkHearsOfNoOther() throws Exception {
    try (var site = new TestCoordinator(state)) {
      assertThat(site.call("POST", "/api/v1/networks", "{\"name\":\"lab\"}").status())
          .isEqualTo(201);
      var a = node(site, "default", "a");
      var inLab = node(site, "lab", "c");
      var relay = joinedRelay(site, "{\"kind\":\"relay\",\"network\":\"lab\"}");
      assertThat(admission.admits(key(inLab))).isTrue();
      assertThat(admission.admits(key(a))).isFalse();
      assertThat(admission.networks()).isEqualTo(1);

      relay.send(new DescribeRelay(2, description()));
      relay.next(Done.class);
      var delta = inLab.await(Delta.class);
      var record = RelayRecord.parse(delta.relays().getFirst().body());
      assertThat(record.description()).isEqualTo(description());
      assertThat(record.networks()).containsExactly(delta.network());
      var network = site.json("GET", "/api/v1/networks", "").objects("networks", 2).getFirst();
      a.send(new Resync(UUID.fromString(network.string("id"))));
      assertThat(a.await(NetworkMap.class).relays()).isEmpty();
    }
  }

  @Test
  void continuesWhereItWasOrBeginsAnew() throws Exception {
    try (var site = new TestCoordinator(state)) {
      var first = joinedRelay(site, "{\"kind\":\"relay\"}");
      first.close();
      var a = node(site, "default", "a");
      var again = relay(site, List.of(new Resume(null, String.valueOf(admission.token()))));
      var change = again.next(RelayAdmission.class);
      assertThat(change.full()).isFalse();
      assertThat(admission.apply(change)).isEqualTo(Applied.DONE);
      assertThat(admission.admits(key(a))).isTrue();
      again.send(new Resync(null));
      assertThat(again.next(RelayAdmission.class).full()).isTrue();
      again.close();
    }
    try (var site = new TestCoordinator(state)) {
      var after = relay(site, List.of(new Resume(null, String.valueOf(admission.token()))));
      assertThat(after.next(RelayAdmission.class).full()).as("after a restart").isTrue();
    }
  }

  @Test
  void theOperatorSeesWhatARelayReports() throws Exception {
    try (var site = new TestCoordinator(state)) {
      var relay = joinedRelay(site, "{\"kind\":\"relay\"}");
      relay.send(new DescribeRelay(2, description()));
      relay.next(Done.class);
      assertThat(listed(site).bool("joined")).isTrue();
      assertThat(listed(site).bool("online")).isTrue();
      assertThat(listed(site).bool("current")).as("before it said so").isFalse();
      assertThat(listed(site).has("report")).isFalse();

      relay.send(new Admitted(String.valueOf(admission.token())));
      relay.send(new RelayReport(120, 80, 44, 1_200_000, "ok"));
      var told = listed(site);
      assertThat(told.bool("current")).isTrue();
      assertThat(told.object("report").integer("derp")).isEqualTo(120);
      assertThat(told.object("report").integer("bytesPerSec")).isEqualTo(1_200_000);
      assertThat(told.object("report").string("health")).isEqualTo("ok");

      relay.close();
      var again = relay(site, List.of(new Resume(null, String.valueOf(admission.token()))));
      var nothing = again.next(RelayAdmission.class);
      assertThat(nothing.base()).isEqualTo(nothing.token());
      assertThat(admission.apply(nothing)).isEqualTo(Applied.DONE);
      again.close();
    }
    try (var site = new TestCoordinator(state)) {
      assertThat(listed(site).bool("online")).isFalse();
    }
  }

  private static JsonObject listed(TestCoordinator site) throws Exception {
    return site.json("GET", "/api/v1/relays", "").objects("relays", 1).getFirst();
  }

  @Test
  void aRemovedRelayIsToldSoAndNodesForgetIt() throws Exception {
    try (var site = new TestCoordinator(state)) {
      var a = node(site, "default", "a");
      var relay = joinedRelay(site, "{\"kind\":\"relay\"}");
      relay.send(new DescribeRelay(2, description()));
      relay.next(Done.class);
      assertThat(a.await(Delta.class).relays()).hasSize(1);
      assertThat(site.call("DELETE", "/api/v1/relays/none", "").status()).isEqualTo(404);
      assertThat(site.call("DELETE", "/api/v1/relays/r1", "").status()).isEqualTo(204);
      var told = relay.next(Failure.class);
      assertThat(told.code()).isEqualTo("not_joined");
      assertThat(told.fatal()).isTrue();
      assertThat(a.await(Delta.class).goneRelays()).hasSize(1);
      assertThat(site.call("DELETE", "/api/v1/relays/r1", "").status()).isEqualTo(404);
    }
  }

  /// RR-39: the old key of a node stays for 60 s, unless the node goes.
  @Test
  void theFormerKeyOfANodeIsServedForAMinute() throws Exception {
    var clock = new Later();
    try (var site = new TestCoordinator(CoordinatorConfig.of(state, TestCoordinator.URL), clock)) {
      var relay = joinedRelay(site, "{\"kind\":\"relay\"}");
      var join = key(site, "{\"maxUses\":2}");
      var before = TestAgent.connect(site.coordinator);
      before.next(Welcome.class);
      before.join(join, "a");
      before.await(NetworkMap.class);
      var after = rekeyed(site, before, join);
      assertThat(admission.apply(relay.next(RelayAdmission.class))).isEqualTo(Applied.DONE);
      var change = relay.next(RelayAdmission.class);
      assertThat(admission.apply(change)).isEqualTo(Applied.DONE);
      assertThat(admission.allows(key(before), key(after))).isTrue();
      assertThat(site.coordinator.admission().admits(key(before))).isTrue();
      assertThat(change.keys())
          .anyMatch(key -> key.key().equals(key(before)) && key.until() > 0)
          .anyMatch(key -> key.key().equals(key(after)) && key.until() == 0);

      clock.later = Duration.ofSeconds(60);
      assertThat(site.call("POST", "/api/v1/networks", "{\"name\":\"lab\"}").status())
          .isEqualTo(201); // wakes the thread whose time it is
      assertThat(admission.apply(relay.next(RelayAdmission.class))).isEqualTo(Applied.DONE);
      assertThat(admission.admits(key(before))).isFalse();
      assertThat(site.coordinator.admission().admits(key(before))).isFalse();
      assertThat(admission.admits(key(after))).isTrue();

      var last = rekeyed(site, after, join);
      assertThat(admission.apply(relay.next(RelayAdmission.class))).isEqualTo(Applied.DONE);
      assertThat(admission.admits(key(after))).isTrue();
      assertThat(site.call("DELETE", "/api/v1/nodes/a", "").status()).isEqualTo(204);
      assertThat(admission.apply(relay.next(RelayAdmission.class))).isEqualTo(Applied.DONE);
      assertThat(admission.admits(key(after))).as("with its node").isFalse();
      assertThat(admission.admits(key(last))).isFalse();
    }
  }

  /// The same machine with another WireGuard key.
  private static TestAgent rekeyed(TestCoordinator site, TestAgent before, JoinKey join)
      throws Exception {
    var known = TestCoordinator.identity(site.coordinator);
    var agent =
        TestAgent.connect(site.coordinator, known, before.machine, PrivateKey.generate(RANDOM));
    agent.next(Welcome.class);
    agent.join(join, "a");
    assertThat(agent.await(Joined.class).existing()).isTrue();
    return agent;
  }

  private static final class Later implements Clock {
    private volatile Duration later = Duration.ZERO;

    @Override
    public long nanos() {
      return SYSTEM.nanos() + later.toNanos();
    }

    @Override
    public Instant wall() {
      return SYSTEM.wall().plus(later);
    }
  }

  @Test
  void aKeyIsForOneKindOnly() throws Exception {
    try (var site = new TestCoordinator(state)) {
      var relay = relay(site, List.of());
      relay.join(site.joinKey(), "r1");
      assertThat(relay.next(Failure.class).code()).isEqualTo("join_key_kind");
      relay.send(new DescribeRelay(7, description()));
      assertThat(relay.next(Failure.class).code()).isEqualTo("not_joined");

      var agent = TestAgent.connect(site.coordinator);
      agent.next(Welcome.class);
      agent.join(key(site, "{\"kind\":\"relay\"}"), "n");
      assertThat(agent.next(Failure.class).code()).isEqualTo("join_key_kind");
    }
  }

  @Test
  void aServerKeyBelongsToOneRelayAndHasToBeProven() throws Exception {
    try (var site = new TestCoordinator(state)) {
      joinedRelay(site, "{\"kind\":\"relay\"}");
      var thief =
          TestAgent.connectRelay(
              site.coordinator, PrivateKey.generate(RANDOM), serverKey, List.of());
      thief.next(Welcome.class);
      thief.join(key(site, "{\"kind\":\"relay\"}"), "r2");
      assertThat(thief.next(Failure.class).code()).isEqualTo("node_key_taken");
      var liar =
          TestAgent.connectRelay(
              site.coordinator,
              PrivateKey.generate(RANDOM),
              PrivateKey.generate(RANDOM),
              List.of());
      liar.next(Welcome.class);
      liar.joinWithProof(key(site, "{\"kind\":\"relay\"}"), new byte[32]);
      assertThat(liar.next(Failure.class).code()).isEqualTo("node_key_taken");
    }
  }
}
