package dev.adit.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.coordinator.identity.IdentityFiles;
import dev.adit.coordinator.identity.IdentityFiles.Role;
import dev.adit.core.control.CloseCode;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SigningKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.Clock;
import dev.adit.wire.Text;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.Drain;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Newer;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.RelayRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The coordinator's keys are replaced while agents are on line (control §1).
class KeyReplacementTest {
  private static final String REPLACE = "/api/v1/identity/replace";
  private static final String DROP = "/api/v1/identity/drop-former";

  @TempDir Path state;

  /// C-31, second half.
  @Test
  void withAFormerChannelKeyAgentsComeAsLongAsItCounts() throws Exception {
    try (var site = new TestCoordinator(state)) {
      var agent = site.joined("one");
      Identity before = TestCoordinator.identity(site.coordinator);

      assertThat(site.call("POST", REPLACE, "{\"key\":\"channel\"}").status()).isEqualTo(200);

      assertThat(agent.await(Drain.class).afterMs()).isLessThan(2_000);
      agent.close();
      var late = comesBack(site, before, agent);
      Identity now = Identity.parse(late.next(Welcome.class).identity().body());
      assertThat(now.channelKeys()).hasSize(2).endsWith(before.channelKeys().getFirst());
      assertThat(now.serial()).isGreaterThan(before.serial());
      late.close();

      assertThat(site.call("POST", DROP, "{}").status()).isEqualTo(200);

      assertThat(comesBack(site, before, agent).awaitClose())
          .isEqualTo(CloseCode.HANDSHAKE_REFUSED);
      Identity last = TestCoordinator.identity(site.coordinator);
      assertThat(last.channelKeys()).containsExactly(now.channelKeys().getFirst());
      var welcome = comesBack(site, last, agent).next(Welcome.class);
      assertThat(welcome.nodes().getFirst().state()).isEqualTo(NodeState.ACTIVE);
    }
  }

  private static TestAgent comesBack(TestCoordinator site, Identity known, TestAgent agent)
      throws Exception {
    return TestAgent.connect(site.coordinator, known, agent.machine, agent.nodeKey);
  }

  @Test
  void withANewRecordKeyEveryRecordIsSignedAgainByBoth() throws Exception {
    try (var site = new TestCoordinator(state)) {
      var agent = site.joined("one");
      site.joined("two");
      NodeRecord before = NodeRecord.parse(agent.await(Delta.class).nodes().getFirst().body());
      VerifyingKey old = TestCoordinator.identity(site.coordinator).recordKeys().getFirst();
      var oldKey = SigningKey.of(Text.parseB64(recordKey(), 32));

      assertThat(site.call("POST", REPLACE, "{\"key\":\"record\"}").status()).isEqualTo(200);

      VerifyingKey fresh = TestCoordinator.identity(site.coordinator).recordKeys().getFirst();
      assertThat(fresh).isNotEqualTo(old);
      Delta delta = agent.await(Delta.class);
      assertThat(delta.nodes()).hasSize(2);
      for (Envelope node : delta.nodes()) {
        assertThat(node.isSignedBy(Context.NODE, List.of(old))).isTrue();
        assertThat(node.isSignedBy(Context.NODE, List.of(fresh))).isTrue();
      }
      assertThat(delta.nodes().stream().map(Envelope::body)).contains(before.body());
      assertThat(delta.head().isSignedBy(Context.HEAD, List.of(old))).isTrue();
      assertThat(delta.head().isSignedBy(Context.HEAD, List.of(fresh))).isTrue();

      assertThat(site.call("POST", DROP, "{}").status()).isEqualTo(200);
      var third = site.joined("three");
      assertThat(agent.await(Delta.class).head().isSignedBy(Context.HEAD, List.of(old))).isFalse();
      third.send(new Newer(delta.network(), newer(before, oldKey)));
      assertThat(NodeRecord.parse(agent.await(Delta.class).nodes().getFirst().body()).serial())
          .as("a report signed with a former record key heals")
          .isEqualTo(before.serial() + 301);
    }
  }

  @Test
  void whoseFormerKeyEndsWithTimeIsToldLikeAfterACommand() throws Exception {
    var clock = new ShiftedClock();
    try (var site = new TestCoordinator(CoordinatorConfig.of(state, TestCoordinator.URL), clock)) {
      assertThat(site.call("POST", REPLACE, "{\"key\":\"record\"}").status()).isEqualTo(200);
      var agent = site.joined("one");
      VerifyingKey old = TestCoordinator.identity(site.coordinator).recordKeys().getLast();

      clock.later = Duration.ofDays(7);
      site.coordinator.keepHouse();

      assertThat(agent.await(Drain.class).afterMs()).isLessThan(2_000);
      assertThat(TestCoordinator.identity(site.coordinator).recordKeys()).doesNotContain(old);
    }
  }

  private static final class ShiftedClock implements Clock {
    private volatile Duration later = Duration.ZERO;

    @Override
    public long nanos() {
      return SYSTEM.nanos();
    }

    @Override
    public Instant wall() {
      return SYSTEM.wall().plus(later);
    }
  }

  /// What an agent holds after a restore from a backup: signed with the key of those days.
  private static Envelope newer(NodeRecord node, SigningKey key) {
    String serial = "\"serial\":";
    String body = node.body().replace(serial + node.serial(), serial + (node.serial() + 300));
    return Envelope.sign(Context.NODE, body, key);
  }

  @Test
  void whatACrashLeftUnsignedIsSignedAtTheNextStart() throws Exception {
    try (var site = new TestCoordinator(state)) {
      site.joined("one");
    }
    var identity = state.resolve("identity");
    var urls = List.of(TestCoordinator.URL);
    long now = System.currentTimeMillis();
    var files = IdentityFiles.open(identity, urls, List.of(), now, new Random(2));
    files.replace(Role.RECORD, now / 1000, new Random(3));

    try (var site = new TestCoordinator(state)) {
      var fresh = TestCoordinator.identity(site.coordinator).recordKeys().getFirst();
      var agent = TestAgent.connect(site.coordinator);
      agent.next(Welcome.class);
      agent.join(site.joinKey(), "two");
      NetworkMap map = agent.await(NetworkMap.class);
      assertThat(map.revision()).isEqualTo(3);
      assertThat(map.nodes()).allMatch(node -> node.isSignedBy(Context.NODE, List.of(fresh)));
    }
    try (var site = new TestCoordinator(state)) {
      var network = site.json("GET", "/api/v1/networks", "").objects("networks", 1).getFirst();
      assertThat(network.integer("revision")).isEqualTo(3);
    }
  }

  /// R-REC-5 for relays.
  @Test
  void aRelayRecordNewerThanOursIsIssuedAboveIt() throws Exception {
    var relay =
        new RelayDescription(
            PrivateKey.generate(new Random(1)).publicKey(),
            null,
            "r1",
            "here",
            900,
            List.of(),
            List.of(),
            443,
            List.of(),
            List.of(),
            List.of("derp"));
    var config =
        new CoordinatorConfig(
            state, List.of(TestCoordinator.URL), List.of(), List.of(relay), List.of(), "adit");
    try (var site = new TestCoordinator(config)) {
      var agent = TestAgent.connect(site.coordinator);
      agent.next(Welcome.class);
      agent.join(site.joinKey(), "one");
      NetworkMap map = agent.await(NetworkMap.class);
      var held = RelayRecord.parse(map.relays().getFirst().body());
      var restored =
          new RelayRecord(
              held.relay(),
              held.description(),
              null,
              held.issuedAt() + 300,
              held.notAfter(),
              held.serial() + 300);
      var key = SigningKey.of(Text.parseB64(recordKey(), 32));

      agent.send(new Newer(map.network(), Envelope.sign(Context.RELAY, restored.body(), key)));

      var healed = RelayRecord.parse(agent.await(Delta.class).relays().getFirst().body());
      assertThat(healed.serial()).isEqualTo(held.serial() + 301);
      assertThat(healed.description()).isEqualTo(relay);
    }
  }

  private String recordKey() throws Exception {
    return Files.readString(state.resolve("identity/record.key")).strip();
  }
}
