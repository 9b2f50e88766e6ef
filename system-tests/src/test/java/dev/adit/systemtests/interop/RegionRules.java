package dev.adit.systemtests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What clients may expect of a region of three nodes that forward to each other, whoever made
/// each.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RegionRules {
  private static final byte[] HELLO = "hello".getBytes(UTF_8);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private @Nullable Stage stage;
  private @Nullable GoClients go;
  private List<DerpServer> nodes = List.of();
  private int test;

  /// Starts the nodes at these ports, each meshed with the others.
  abstract List<DerpServer> start(Stage stage, List<Integer> ports) throws IOException;

  /// `127.0.0.1:PORT,…` of the others.
  static String others(List<Integer> ports, int own) {
    return ports.stream()
        .filter(port -> port != own)
        .map(port -> "127.0.0.1:" + port)
        .reduce((one, other) -> one + "," + other)
        .orElseThrow();
  }

  @BeforeAll
  void open() throws IOException {
    Stage opened = Stage.open();
    stage = opened;
    go = GoClients.start(opened);
    nodes = start(opened, List.of(opened.freePort(), opened.freePort(), opened.freePort()));
    List<GoClient> clients = openOnEach();
    for (GoClient from : clients) {
      for (GoClient to : clients) {
        awaitPath(from, to);
      }
    }
    disconnect();
  }

  @AfterAll
  void close() throws IOException {
    if (stage != null) {
      stage.close();
    }
  }

  @AfterEach
  void disconnect() {
    go().closeAll();
    test++;
  }

  private GoClients go() {
    return Objects.requireNonNull(go);
  }

  private GoClient open(String name, DerpServer node) {
    return go().open(name + test, ClientOptions.to(node));
  }

  private List<GoClient> openOnEach() {
    List<GoClient> clients = new ArrayList<>();
    for (DerpServer node : nodes) {
      clients.add(open("on" + clients.size(), node));
    }
    return clients;
  }

  /// Sends until it arrives: a node learns of another's client a moment later.
  private static void awaitPath(GoClient from, GoClient to) {
    Waiting.until(
        PATIENCE,
        () -> from.name() + " to " + to.name() + from.tail(),
        () -> {
          from.send(to, HELLO);
          to.ping();
          return to.heard(Event.Packet.class).stream()
              .anyMatch(packet -> packet.peer().equals(from.key()));
        });
  }

  @Test
  void everyPairDeliversWithOneHop() {
    List<GoClient> clients = openOnEach();
    for (GoClient from : clients) {
      for (GoClient to : clients) {
        awaitPath(from, to);
      }
    }
    clients.forEach(GoClient::settle);
    long out = sum(Gauge.FORWARDED_OUT);
    long in = sum(Gauge.FORWARDED_IN);
    for (GoClient from : clients) {
      for (GoClient to : clients) {
        from.send(to, HELLO);
        assertThat(to.packet().peer()).isEqualTo(from.key());
      }
    }
    assertThat(sum(Gauge.FORWARDED_OUT) - out).as("six of nine pairs are apart").isEqualTo(6);
    assertThat(sum(Gauge.FORWARDED_IN) - in).isEqualTo(6);
  }

  private long sum(Gauge gauge) {
    return nodes.stream().mapToLong(node -> go().metric(node, gauge)).sum();
  }

  @Test
  void aDepartureIsToldAcrossTheRegion() {
    GoClient a = open("a", nodes.get(0));
    GoClient b = open("b", nodes.get(1));
    awaitPath(a, b);
    a.close();
    assertThat(b.gone(a).notHere()).isFalse();
  }

  /// derp §17.28
  @Test
  void whoMovesToAnotherNodeIsFoundThere() {
    String key = "privkey:6042434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60";
    GoClient a = open("a", nodes.get(0));
    GoClient before = go().open("before", ClientOptions.to(nodes.get(1)).key(key));
    awaitPath(a, before);
    GoClient after = go().open("after", ClientOptions.to(nodes.get(2)).key(key));
    before.close();
    awaitPath(a, after);
    GoClient third = open("third", nodes.get(2));
    awaitPath(third, after);
  }
}
