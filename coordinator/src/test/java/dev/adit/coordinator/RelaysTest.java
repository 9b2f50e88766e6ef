package dev.adit.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.OwnPresence;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.RelayRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelaysTest {
  private static final PublicKey KEY = PrivateKey.generate(new Random(1)).publicKey();

  @TempDir Path state;

  @Test
  void relaysAreInTheMapSignedAndKeepTheirIdAndRevisionOverARestart() throws Exception {
    RelayRecord before;
    long revision;
    try (var site = open(relay(KEY, "r1", 443))) {
      var agent = site.joined("one");
      before = onlyRelay(site, agent);
      assertThat(before.description()).isEqualTo(relay(KEY, "r1", 443));
      assertThat(before.networks()).isNull();
      assertThat(before.notAfter() - before.issuedAt()).isEqualTo(7 * 24 * 3600);
      revision =
          site.json("GET", "/api/v1/networks", "")
              .objects("networks", 1)
              .getFirst()
              .integer("revision");
      assertThat(revision).isEqualTo(2);
    }
    try (var site = open(relay(KEY, "r1", 443))) {
      var network = site.json("GET", "/api/v1/networks", "").objects("networks", 1).getFirst();
      assertThat(network.integer("revision")).isEqualTo(revision);
    }
    try (var site = open(relay(KEY, "r1", 8443))) {
      var after = onlyRelay(site, site.joined("two"));
      assertThat(after.relay()).isEqualTo(before.relay());
      assertThat(after.serial()).isGreaterThan(before.serial());
      assertThat(after.description().tcp()).isEqualTo(8443);
    }
  }

  @Test
  void nodesOnLineHearOfChangedRelays() throws Exception {
    try (var site = open(relay(KEY, "r1", 443))) {
      var agent = site.joined("one");
      UUID id = onlyRelay(site, agent).relay();
      var other = PrivateKey.generate(new Random(2)).publicKey();
      site.coordinator.relays(List.of(relay(other, "r2", 443))).get();

      var delta = agent.next(Delta.class);
      assertThat(delta.goneRelays()).containsExactly(id);
      var recordKeys = TestCoordinator.identity(site.coordinator).recordKeys();
      assertThat(delta.relays().getFirst().isSignedBy(Context.RELAY, recordKeys)).isTrue();

      var record = RelayRecord.parse(delta.relays().getFirst().body());
      agent.send(new OwnPresence(delta.network(), 1, record.relay(), null, List.of()));
      site.coordinator.relays(List.of(relay(other, "r2", 443))).get();
      assertThat(site.json("GET", "/api/v1/nodes/one", "").string("relay")).isEqualTo("r2");
      var listed = site.json("GET", "/api/v1/relays", "").objects("relays", 2);
      assertThat(listed).hasSize(1);
      assertThat(listed.getFirst().object("description").string("name")).isEqualTo("r2");
    }
  }

  private TestCoordinator open(RelayDescription relay) throws Exception {
    return new TestCoordinator(
        new CoordinatorConfig(
            state, List.of(TestCoordinator.URL), List.of(), List.of(relay), List.of(), "test"));
  }

  private static RelayRecord onlyRelay(TestCoordinator site, TestAgent agent) throws Exception {
    var network = site.json("GET", "/api/v1/networks", "").objects("networks", 1).getFirst();
    agent.send(new Resync(UUID.fromString(network.string("id"))));
    var map = agent.next(NetworkMap.class);
    assertThat(map.relays()).hasSize(1);
    return RelayRecord.parse(map.relays().getFirst().body());
  }

  private static RelayDescription relay(PublicKey key, String name, int tcp) {
    return new RelayDescription(
        key,
        null,
        name,
        "eu",
        900,
        List.of(),
        List.of(IpAddress.literal("198.51.100.10")),
        tcp,
        List.of(3478),
        List.of(),
        List.of(RelayDescription.DERP, RelayDescription.STUN));
  }
}
