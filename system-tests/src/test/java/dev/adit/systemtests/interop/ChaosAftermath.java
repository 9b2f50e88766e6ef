package dev.adit.systemtests.interop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// What new clients see of a region after it was disturbed. One thread.
final class ChaosAftermath {
  private static final int CLIENTS = 30;
  private static final int PAIRS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long QUIET = 3_000_000_000L;
  private static final Duration DELIVERED = Duration.ofSeconds(5);

  /// What comes even later was not lost: a mistake of another kind.
  private static final Duration LATE = Duration.ofSeconds(15);

  private final ChaosRegion region;
  private final ChaosFigures figures;
  private final Random random;
  private final OurClients ours;
  private final GoClients go;

  ChaosAftermath(Stage stage, ChaosRegion region, ChaosFigures figures, Random random)
      throws IOException {
    this.region = region;
    this.figures = figures;
    this.random = random;
    this.ours = OurClients.of(stage);
    this.go = GoClients.start(stage);
  }

  /// A new watcher hears of itself and of the other nodes, whose links are clients like it.
  void presences() {
    for (int node = 0; node < ChaosRegion.NODES; node++) {
      var watcher = ours.open("watcher", ClientOptions.to(region.node(node)).watching());
      Waiting.until(
          PATIENCE,
          () -> "the watcher to hear of anybody",
          () -> !watcher.heard(Event.Present.class).isEmpty());
      LockSupport.parkNanos(QUIET);
      long others =
          watcher.heard(Event.Present.class).stream().map(Event.Present::peer).distinct().count()
              - 1;
      figures.atMost(
          "node " + node + ": presences left for a new watcher", others - ChaosRegion.LINKS, 0);
      watcher.close();
    }
  }

  /// Each of 100 pairs of new clients, on whichever nodes, sends one packet.
  void pairs() throws IOException {
    List<TestClient> clients = new ArrayList<>();
    Map<TestClient, Integer> homes = new HashMap<>();
    for (int i = 0; i < CLIENTS; i++) {
      int node = random.nextInt(ChaosRegion.NODES);
      Clients makers = i % 2 == 0 ? go : ours;
      TestClient client = makers.open("pair" + i, ClientOptions.to(region.node(node)));
      clients.add(client);
      homes.put(client, node);
    }
    for (int node = 0; node < ChaosRegion.NODES; node++) {
      int at = node;
      Waiting.until(
          PATIENCE,
          () -> "node " + at + " to know everybody",
          () ->
              region.gauges(at).getOrDefault("adit_derp_clients_region", 0L)
                  >= CLIENTS + ChaosRegion.LINKS);
    }
    int delivered = 0;
    int apart = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      TestClient from = clients.get(random.nextInt(CLIENTS));
      TestClient to = clients.get(random.nextInt(CLIENTS));
      apart += Objects.equals(homes.get(from), homes.get(to)) ? 0 : 1;
      byte[] packet = ChaosPacket.make(false);
      String hash = CountingBytes.sha256(packet);
      from.send(to, packet);
      if (arrives(from, to, hash, DELIVERED)) {
        delivered++;
      } else {
        boolean isLate = arrives(from, to, hash, LATE);
        ChaosFigures.note(
            "%s on node %d to %s on node %d: %s, %s; what they heard: %s, %s; drops: %s"
                .formatted(
                    from.name(),
                    homes.get(from),
                    to.name(),
                    homes.get(to),
                    packet.length + " bytes",
                    isLate ? "late" : "lost",
                    kinds(from),
                    kinds(to),
                    region.drops()));
      }
    }
    figures.atLeast("random pairs that deliver", delivered, PAIRS);
    figures.atLeast("of which pairs on different nodes", apart, PAIRS / 3);
    ours.closeAll();
    go.closeAll();
  }

  /// What a client heard, and how often; for people.
  private static Map<String, Long> kinds(TestClient client) {
    return client.heard(Event.class).stream()
        .collect(
            Collectors.groupingBy(
                event -> event.getClass().getSimpleName(), TreeMap::new, Collectors.counting()));
  }

  private static boolean arrives(TestClient from, TestClient to, String hash, Duration patience) {
    try {
      Waiting.until(
          patience,
          () -> "a packet",
          () ->
              to.heard(Event.Packet.class).stream()
                  .anyMatch(
                      packet -> packet.peer().equals(from.key()) && packet.sha256().equals(hash)));
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }

  /// Without links between the nodes nobody is connected to any: every gauge must be 0.
  void gauges() throws IOException {
    region.unlink();
    Waiting.until(
        PATIENCE,
        () -> "links to end",
        () -> {
          for (int node = 0; node < ChaosRegion.NODES; node++) {
            if (region.connections(node) > 0) {
              return false;
            }
          }
          return true;
        });
    LockSupport.parkNanos(QUIET); // the door counts a moment later
    for (int node = 0; node < ChaosRegion.NODES; node++) {
      for (var gauge : region.gauges(node).entrySet()) {
        figures.atMost("node " + node + ": " + gauge.getKey(), gauge.getValue(), 0);
      }
    }
  }
}
