package dev.adit.systemtests.interop;

import dev.adit.derp.HttpOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Clients of our library, in this process. Thread-safe.
final class OurClients implements Clients {
  private final HttpOptions http;
  private final Queue<OurClient> clients = new ConcurrentLinkedQueue<>();

  private OurClients(HttpOptions http) {
    this.http = http;
  }

  /// Clients that trust the stage's certificate.
  static OurClients of(Stage stage) throws IOException {
    X509Certificate root = Stage.certificate(stage.certificates().resolve("ca.pem"));
    return new OurClients(HttpOptions.DEFAULT.withRoots(List.of(root)));
  }

  /// The same, behind a proxy.
  OurClients behindProxy(String url) {
    return new OurClients(http.withEnvironment(Map.of("HTTPS_PROXY", url)));
  }

  /// Clients that trust no root, but what a DERP map pins.
  static OurClients thatPin() {
    return new OurClients(HttpOptions.DEFAULT.withEnvironment(Map.of()));
  }

  /// The same, which speak over WebSocket.
  OurClients overWebSocket() {
    return new OurClients(http.overWebSocket());
  }

  @Override
  public OurClient open(String name, ClientOptions options) {
    OurClient client = openUnheard(name, options);
    client.awaitRegistration();
    return client;
  }

  @Override
  public OurClient openUnheard(String name, ClientOptions options) {
    try {
      OurClient client = OurClient.open(name, options, http);
      clients.add(client);
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void closeAll() {
    clients.forEach(OurClient::close);
    clients.clear();
  }
}
