package dev.adit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.derp.DerpCounter;
import dev.adit.core.derp.DropReason;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients of several event loops that all send to each other as fast as they can.
class RelayUnderLoadTest {
  private static final int CLIENTS = 8;
  private static final int PACKETS = 2000;
  private static final int LAST = -1;

  private final SecureRandom random = new SecureRandom();

  @TempDir Path folder;

  @Test
  void everyPacketArrivesWholeAndInOrderOrIsCountedAsDropped() throws Exception {
    var certificate =
        SelfSigned.create(random, Clock.SYSTEM.wall(), List.of("relay"), List.of("127.0.0.1"));
    var tls = new FrontDoorConfig.Tls(certificate.privateKeyPem(), certificate.certificatePem());
    var listen = List.of(Endpoint.literal("127.0.0.1:0"));
    var config = RelayConfig.of(folder, "r", List.of()).withoutStun();
    try (var relay = Relay.open(config, new OpenAdmission(), Clock.SYSTEM, random);
        var door =
            FrontDoor.start(
                new FrontDoorConfig(listen, tls, 3, 1000, 1000, 30),
                relay.addTo(new RequestRoutes()))) {
      List<TestClient> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        var client =
            TestClient.connect(
                door.listening().getFirst(), PrivateKey.generate(random), relay.key());
        assertThat(client.next()).isInstanceOf(Event.Admitted.class);
        clients.add(client);
      }
      List<PublicKey> keys = clients.stream().map(client -> client.key.publicKey()).toList();
      long arrived = 0;
      try (var threads = Executors.newCachedThreadPool()) {
        List<Future<Long>> readers = new ArrayList<>();
        List<Future<Boolean>> writers = new ArrayList<>();
        for (var client : clients) {
          readers.add(threads.submit(() -> read(client)));
        }
        for (var client : clients) {
          Callable<Boolean> writing = () -> write(client, keys);
          writers.add(threads.submit(writing));
        }
        for (var writer : writers) {
          assertThat(writer.get()).isTrue();
        }
        // Nobody is in a hurry now, and the newest packets are not those that are dropped.
        for (var client : clients) {
          for (var key : keys) {
            client.send(key, packet(LAST, 4));
          }
        }
        for (var reader : readers) {
          arrived += reader.get();
        }
      }
      long sent = (long) CLIENTS * (PACKETS + CLIENTS);
      assertThat(relay.metrics().value(DerpCounter.PACKETS_RECEIVED)).isEqualTo(sent);
      assertThat(arrived + relay.metrics().value(DropReason.QUEUE_HEAD)).isEqualTo(sent);
      assertThat(relay.check()).isEmpty();
      for (var client : clients) {
        client.leave();
      }
    }
  }

  private static Boolean write(TestClient client, List<PublicKey> keys) throws Exception {
    var sizes = new Random(keys.indexOf(client.key.publicKey()));
    int[] numbers = new int[keys.size()];
    for (int i = 0; i < PACKETS; i++) {
      int to = sizes.nextInt(keys.size());
      int length = sizes.nextInt(50) == 0 ? 65_536 : 4 + sizes.nextInt(1500);
      client.send(keys.get(to), packet(numbers[to]++, length));
    }
    return true;
  }

  /// How many packets came, until the last of each sender.
  private static Long read(TestClient client) throws Exception {
    Map<PublicKey, Integer> numbers = new HashMap<>();
    long count = 0;
    int last = 0;
    for (var event = client.next(); event != null; event = client.next()) {
      if (event instanceof Event.Received(var source, var packet)) {
        count++;
        int number = BigEndian.u32(packet, 0);
        if (number == LAST) {
          if (++last == CLIENTS) {
            return count;
          }
          continue;
        }
        assertThat(packet).isEqualTo(packet(number, packet.length));
        assertThat(number).isGreaterThan(numbers.getOrDefault(source, -1));
        numbers.put(source, number);
      }
    }
    throw new AssertionError("the connection ended");
  }

  private static byte[] packet(int number, int length) {
    byte[] packet = new byte[length];
    BigEndian.putU32(packet, 0, number);
    for (int i = 4; i < length; i++) {
      packet[i] = (byte) (number * 31 + i);
    }
    return packet;
  }
}
