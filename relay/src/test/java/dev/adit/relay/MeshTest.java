package dev.adit.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.derp.DerpCounter;
import dev.adit.core.derp.DerpServerOptions;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.MeshKey;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Regions of three relays in one process, over real sockets on loopback:
///
///     client a ── relay 0 ══ relay 1 ── client b
///                      ╲╲   ╱╱
///                       relay 2
class MeshTest {
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final HttpOptions DIRECT = HttpOptions.DEFAULT.withEnvironment(Map.of());

  private final SecureRandom random = new SecureRandom();
  private final PrivateKey a = PrivateKey.generate(random);
  private final PrivateKey b = PrivateKey.generate(random);
  private final List<Node> nodes = new ArrayList<>();

  @TempDir Path folder;
  private MeshKey meshKey;

  /// One relay, which can be stopped and started again at its port.
  private final class Node {
    final int number;
    int port;
    Relay relay;
    FrontDoor door;
    MeshPeers peers;

    Node(int number) throws IOException {
      this.number = number;
      start();
    }

    final void start() throws IOException {
      var config =
          new RelayConfig(
                  folder.resolve("relay" + number),
                  "relay" + number,
                  "here",
                  900,
                  List.of(),
                  List.of(),
                  443,
                  List.of(),
                  List.of(),
                  List.of())
              .withDerp(DerpServerOptions.DEFAULT.withMeshKey(meshKey));
      relay = Relay.open(config, new OpenAdmission(), Clock.SYSTEM, random);
      var listen = List.of(Endpoint.literal("127.0.0.1:" + port));
      var routes = relay.addTo(new RequestRoutes());
      door = FrontDoor.start(new FrontDoorConfig(listen, null, 2, 1000, 1000, 30), routes);
      port = door.listening().getFirst().port();
      peers = MeshPeers.of(relay, meshKey, DIRECT, PAUSE, Clock.SYSTEM, random);
    }

    boolean isLinked() {
      return peers.up() == 2 && peers.wanted() == 2;
    }

    void stop() {
      peers.close();
      relay.close();
      door.close();
    }

    long count(DerpCounter counter) {
      return relay.metrics().value(counter);
    }

    DerpHttpClient client(PrivateKey own) throws IOException {
      var client =
          DerpHttpClient.of(
              URI.create("http://127.0.0.1:" + port + "/derp"), own, DIRECT, random, Clock.SYSTEM);
      assertThat(client.receive()).isInstanceOf(Event.Admitted.class);
      return client;
    }
  }

  @BeforeEach
  void starts() throws Exception {
    meshKey = MeshKey.parse("0123456789abcdef".repeat(4));
    for (int i = 0; i < 3; i++) {
      nodes.add(new Node(i));
    }
    for (Node node : nodes) {
      node.peers.replace(region());
    }
    await("three relays find each other, and themselves", () -> linked(nodes));
  }

  @AfterEach
  void stops() {
    nodes.forEach(Node::stop);
  }

  @Test
  void passesPacketsToTheRelayWhereTheReceiverIs() throws Exception {
    try (var first = nodes.get(0).client(a);
        var second = nodes.get(1).client(b)) {
      exchange(first, second);
      assertThat(nodes.get(0).count(DerpCounter.PACKETS_FORWARDED_OUT)).isPositive();
      assertThat(nodes.get(1).count(DerpCounter.PACKETS_FORWARDED_IN)).isPositive();
    }
  }

  /// Relay 0 knows b at relay 1 only; relay 2 has no client, so whatever it got was a second hop.
  @Test
  void passesAPacketOnOnceAndNeverAgain() throws Exception {
    try (var first = nodes.get(0).client(a);
        var second = nodes.get(1).client(b)) {
      exchange(first, second);
      for (int i = 0; i < 100; i++) {
        first.send(b.publicKey(), new byte[] {(byte) i});
        assertThat(((Event.Received) second.receive()).packet()).containsExactly(i);
      }
      assertThat(nodes.get(2).count(DerpCounter.PACKETS_FORWARDED_IN)).isZero();
      assertThat(nodes.get(1).count(DerpCounter.PACKETS_FORWARDED_OUT)).isLessThan(5);
    }
  }

  @Test
  void findsAClientThatMovesToAnotherRelay() throws Exception {
    try (var first = nodes.get(0).client(a)) {
      try (var second = nodes.get(1).client(b)) {
        exchange(first, second);
      }
      try (var moved = nodes.get(2).client(b)) {
        exchange(first, moved);
      }
    }
  }

  @Test
  void forgetsARelayThatBreaksAndFindsItAgain() throws Exception {
    try (var first = nodes.get(0).client(a)) {
      try (var second = nodes.get(1).client(b)) {
        exchange(first, second);
      }
      assertThat(nodes.get(0).relay.metrics().value(MeshCounter.LINKS_MADE)).isEqualTo(2);
      nodes.get(1).stop();
      await("the others notice", () -> !nodes.get(0).isLinked() && !nodes.get(2).isLinked());
      long unknown = nodes.get(0).count(DerpCounter.PACKETS_FORWARDED_OUT);
      first.send(b.publicKey(), new byte[1]);
      nodes.get(1).start();
      nodes.get(1).peers.replace(region());
      await("it is back", () -> linked(nodes));
      assertThat(nodes.get(0).relay.metrics().value(MeshCounter.LINKS_LOST)).isEqualTo(1);
      assertThat(nodes.get(0).relay.metrics().value(MeshCounter.LINKS_MADE)).isEqualTo(3);
      assertThat(nodes.get(0).count(DerpCounter.PACKETS_FORWARDED_OUT)).isEqualTo(unknown);
      try (var second = nodes.get(1).client(b)) {
        exchange(first, second);
      }
    }
  }

  /// derp §6.6: an operator asks one relay, and each looks at home.
  @Test
  void endsTheConnectionsOfAKeyAtEveryRelay() throws Exception {
    try (var first = nodes.get(0).client(a);
        var second = nodes.get(1).client(b);
        var third = nodes.get(2).client(b)) {
      assertThat(nodes.get(0).relay.closePeer(b.publicKey())).isEqualTo(new Relay.Ended(0, 2));
      assertThatThrownBy(() -> untilItEnds(second)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> untilItEnds(third)).isInstanceOf(IOException.class);
      assertThat(nodes.get(1).count(DerpCounter.CLOSED_BY_PEER)).isEqualTo(1);
      assertThat(nodes.get(2).count(DerpCounter.CLOSED_BY_PEER)).isEqualTo(1);
      assertThat(nodes.get(0).relay.closePeer(a.publicKey())).isEqualTo(new Relay.Ended(1, 2));
      assertThatThrownBy(() -> untilItEnds(first)).isInstanceOf(IOException.class);
    }
  }

  private static void untilItEnds(DerpHttpClient client) throws IOException {
    while (client.hear(Duration.ofSeconds(20)) != null) {}
  }

  @Test
  void followsItsList() throws Exception {
    try (var first = nodes.get(0).client(a);
        var second = nodes.get(1).client(b)) {
      exchange(first, second);
      nodes.get(0).peers.replace(Set.of());
      assertThat(nodes.get(0).peers.wanted()).isZero();
      await(
          "relay 0 forgets who is elsewhere",
          () -> {
            first.send(b.publicKey(), disco());
            return first.receive() instanceof Event.PeerGone;
          });
      nodes.get(0).peers.replace(region());
      await("linked again", () -> linked(nodes));
      exchange(first, second);
    }
  }

  /// Looks like disco, so the relay answers when it knows nobody of that key.
  private static byte[] disco() {
    byte[] packet = new byte[62];
    System.arraycopy("TS".getBytes(UTF_8), 0, packet, 0, 2);
    System.arraycopy(
        new byte[] {(byte) 0xf0, (byte) 0x9f, (byte) 0x92, (byte) 0xac}, 0, packet, 2, 4);
    return packet;
  }

  /// Both ways, as often as it takes until presence has gone round.
  private void exchange(DerpHttpClient first, DerpHttpClient second) throws IOException {
    reach(first, second, "there");
    reach(second, first, "and back");
  }

  private static void reach(DerpHttpClient from, DerpHttpClient to, String text)
      throws IOException {
    await(
        text,
        () -> {
          from.send(to.key(), text.getBytes(UTF_8));
          for (var heard = to.hear(Duration.ofMillis(50));
              heard != null;
              heard = to.hear(Duration.ofMillis(50))) {
            if (heard.event() instanceof Event.Received(var source, var packet)
                && source.equals(from.key())
                && new String(packet, UTF_8).equals(text)) {
              return true;
            }
          }
          return false;
        });
    for (var rest = to.hear(Duration.ofMillis(20));
        rest != null;
        rest = to.hear(Duration.ofMillis(20))) {
      assertThat(rest.event()).isNotInstanceOf(Event.Failed.class);
    }
  }

  private Set<MeshPeer> region() {
    return nodes.stream()
        .map(node -> new MeshPeer(URI.create("http://127.0.0.1:" + node.port + "/derp"), null, ""))
        .collect(Collectors.toSet());
  }

  private static boolean linked(List<Node> nodes) {
    return nodes.stream().allMatch(Node::isLinked);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(String what, Condition condition) throws IOException {
    long until = System.nanoTime() + 20_000_000_000L;
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(until);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
