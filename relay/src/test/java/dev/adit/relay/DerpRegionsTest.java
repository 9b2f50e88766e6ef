package dev.adit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpCounter;
import dev.adit.core.region.HomeChoice;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.derp.DerpRegions;
import dev.adit.derp.HttpOptions;
import dev.adit.derp.RegionProbe;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client of two regions, each of one relay of ours, over real sockets.
class DerpRegionsTest {
  private static final HttpOptions DIRECT = HttpOptions.DEFAULT.withEnvironment(Map.of());

  private record Packet(long region, PublicKey source, byte[] bytes) {}

  private final SecureRandom random = new SecureRandom();
  private final PrivateKey a = PrivateKey.generate(random);
  private final PrivateKey b = PrivateKey.generate(random);

  @TempDir Path folder;
  private Region one;
  private Region two;

  private final class Region {
    final int id;
    Relay relay;
    FrontDoor door;

    Region(int id) throws IOException {
      this.id = id;
      start();
    }

    final void start() throws IOException {
      var config =
          new RelayConfig(
              folder.resolve("relay" + id),
              "relay" + id,
              "here",
              id,
              List.of(),
              List.of(),
              443,
              List.of(),
              List.of(Endpoint.literal("127.0.0.1:0")),
              List.of());
      relay = Relay.open(config, new OpenAdmission(), Clock.SYSTEM, random);
      var certificate =
          SelfSigned.create(random, Clock.SYSTEM.wall(), List.of("relay"), List.of("127.0.0.1"));
      var tls = new FrontDoorConfig.Tls(certificate.privateKeyPem(), certificate.certificatePem());
      var listen = List.of(Endpoint.literal("127.0.0.1:0"));
      var routes = relay.addTo(new RequestRoutes());
      door = FrontDoor.start(new FrontDoorConfig(listen, tls, 1, 1000, 1000, 30), routes);
    }

    DerpRegion described(boolean hasStun) {
      int stun = hasStun ? relay.stunEndpoints().getFirst().port() : -1;
      int port = door.listening().getFirst().port();
      var node =
          new DerpNode(
              "n" + id,
              id,
              "127.0.0.1",
              "",
              "127.0.0.1",
              "none",
              stun,
              false,
              port,
              true,
              "",
              false);
      return DerpRegion.of(id, "r" + id, "Region " + id, List.of(node));
    }

    long count(DerpCounter counter) {
      return relay.metrics().value(counter);
    }

    void stop() {
      relay.close();
      door.close();
    }
  }

  /// A client and what it heard.
  private final class Client implements DerpRegions.Listener, AutoCloseable {
    final BlockingQueue<Packet> packets = new LinkedBlockingQueue<>();
    final DerpRegions regions;

    Client(PrivateKey key, long home) {
      regions = new DerpRegions(key, DIRECT, this, random, Clock.SYSTEM);
      regions.mapChanged(map(true));
      regions.homeChanged(home);
      await(() -> regions.isConnected(home));
    }

    @Override
    public void received(long region, PublicKey source, byte[] packet) {
      packets.add(new Packet(region, source, packet));
    }

    Packet next() throws InterruptedException {
      Packet packet = packets.poll(10, TimeUnit.SECONDS);
      assertThat(packet).isNotNull();
      return java.util.Objects.requireNonNull(packet);
    }

    @Override
    public void close() {
      regions.close();
    }
  }

  @BeforeEach
  void starts() throws IOException {
    one = new Region(1);
    two = new Region(2);
  }

  @AfterEach
  void stops() {
    one.stop();
    two.stop();
  }

  @Test
  void reachesAPeerInItsRegionAndIsAnsweredOnTheSameWay() throws Exception {
    try (var first = new Client(a, 1);
        var second = new Client(b, 2)) {
      assertThat(first.regions.send(b.publicKey(), 2, new byte[] {1})).isTrue();
      assertThat(second.next().region()).isEqualTo(2);
      assertThat(first.regions.open()).containsExactly(1L, 2L);
      // The first is at home in region 1, but was heard in region 2.
      assertThat(second.regions.send(a.publicKey(), 1, new byte[] {2})).isTrue();
      assertThat(first.next()).satisfies(packet -> assertThat(packet.region()).isEqualTo(2));
      assertThat(second.regions.open()).containsExactly(2L);
    }
  }

  @Test
  void knowsNoWayToAPeerNobodyHasHeardOf() {
    try (var first = new Client(a, 1)) {
      assertThat(first.regions.send(b.publicKey(), 0, new byte[1])).isFalse();
      assertThat(first.regions.send(b.publicKey(), 77, new byte[1])).as("not in the map").isFalse();
    }
  }

  @Test
  void tellsTheRelaysWhichOneIsHome() {
    try (var first = new Client(a, 1)) {
      await(() -> one.count(DerpCounter.HOME_CONNECTIONS) == 1);
      first.regions.homeChanged(2);
      await(() ->
          one.count(DerpCounter.HOME_CONNECTIONS) == 0
              && two.count(DerpCounter.HOME_CONNECTIONS) == 1);
    }
  }

  @Test
  void entersARegionAnewWhenItsRelayIsAnotherOne() throws Exception {
    try (var first = new Client(a, 1);
        var second = new Client(b, 2)) {
      one.stop();
      one.start();
      first.regions.mapChanged(map(true));
      await(() -> first.regions.isConnected(1) && one.count(DerpCounter.CONNECTIONS) == 1);
      second.regions.mapChanged(map(true));
      second.regions.send(a.publicKey(), 1, new byte[] {3});
      assertThat(first.next().source()).isEqualTo(b.publicKey());
    }
  }

  @Test
  void measuresRegionsByStunAndWithoutItByHttps() {
    var probe = new RegionProbe(DIRECT, random, Clock.SYSTEM);
    var byStun = probe.full(map(true));
    assertThat(byStun.latencies()).containsOnlyKeys(1L, 2L);
    assertThat(probe.incremental(map(true), byStun, 1, false).latencies()).containsKey(1L);
    var byHttps = probe.full(map(false));
    assertThat(byHttps.latencies()).containsOnlyKeys(1L, 2L);
    assertThat(new HomeChoice().measured(byHttps, Clock.SYSTEM.nanos())).isIn(1L, 2L);
  }

  private DerpMap map(boolean hasStun) {
    return DerpMap.of(List.of(one.described(hasStun), two.described(hasStun)));
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
