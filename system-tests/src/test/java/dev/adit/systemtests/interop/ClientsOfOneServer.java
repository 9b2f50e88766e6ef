package dev.adit.systemtests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// One server for the class; each test has clients of its own, so that none minds what another
/// left.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientsOfOneServer {
  static final byte[] HELLO = "hello".getBytes(UTF_8);

  private @Nullable Stage stage;
  private @Nullable DerpServer server;
  private @Nullable GoClients go;
  private @Nullable Clients clients;
  private int test;

  abstract DerpServer start(Stage stage) throws IOException;

  /// Those that are under test.
  abstract Clients startClients() throws IOException;

  @BeforeAll
  void open() throws IOException {
    Stage opened = Stage.open();
    stage = opened;
    server = start(opened);
    go = GoClients.start(opened);
    clients = startClients();
  }

  @AfterAll
  void close() throws IOException {
    if (stage != null) {
      stage.close();
    }
  }

  @AfterEach
  void disconnect() {
    clients().closeAll();
    go().closeAll();
    awaitConnections(0);
    test++;
  }

  final Stage stage() {
    return Objects.requireNonNull(stage);
  }

  final DerpServer server() {
    return Objects.requireNonNull(server);
  }

  /// Tailscale's clients.
  final GoClients go() {
    return Objects.requireNonNull(go);
  }

  private Clients clients() {
    return Objects.requireNonNull(clients);
  }

  final void awaitConnections(int count) {
    awaitGauge(Gauge.CONNECTIONS, count);
  }

  final void awaitGauge(Gauge gauge, long value) {
    go().await(server(), gauge, value);
  }

  final TestClient open(String name) {
    return open(name, ClientOptions.to(server()));
  }

  final TestClient open(String name, ClientOptions options) {
    return clients().open(name + test, options);
  }

  /// One that the server may not want.
  final TestClient openUnheard(String name, ClientOptions options) {
    return clients().openUnheard(name + test, options);
  }
}
