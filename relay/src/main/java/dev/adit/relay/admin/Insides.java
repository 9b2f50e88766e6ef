package dev.adit.relay.admin;

import dev.adit.core.derp.ClientFacts;
import dev.adit.crypto.PublicKey;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.relay.Relay;
import dev.adit.wire.JsonWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The debug pages that look into one relay (derp §16.2). Thread-safe.
final class Insides {
  private static final Duration SAMPLE = Duration.ofSeconds(2);

  private final Relay relay;

  Insides(Relay relay) {
    this.relay = relay;
  }

  void addTo(DebugPages pages) {
    var _ =
        pages
            .add(
                "check", "whether what is counted and what is there agree; 500 if not", this::check)
            .add("traffic", "who sent and received within two seconds", this::traffic);
  }

  private HttpResponse check(HttpRequest request) {
    List<String> problems = relay.check();
    return problems.isEmpty()
        ? DebugPages.text("okay: " + relay.clients().size() + " connections\n")
        : HttpResponse.text(500, String.join("\n", problems));
  }

  /// A line of JSON for each connection that had traffic between two looks.
  private HttpResponse traffic(HttpRequest request) {
    Map<Identity, ClientFacts> before = new HashMap<>();
    relay.clients().forEach(client -> before.put(Identity.of(client), client));
    try {
      Thread.sleep(SAMPLE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return HttpResponse.text(503, "the relay ends");
    }
    var text = new StringBuilder();
    for (ClientFacts now : relay.clients()) {
      ClientFacts then = before.get(Identity.of(now));
      long sent = now.bytesSent() - (then == null ? 0 : then.bytesSent());
      long received = now.bytesReceived() - (then == null ? 0 : then.bytesReceived());
      if (sent != 0 || received != 0) {
        text.append(
                new JsonWriter()
                    .beginObject()
                    .member("Key", "nodekey:" + now.key().toHex())
                    .member("Sent", sent)
                    .member("Recv", received)
                    .endObject())
            .append('\n');
      }
    }
    return DebugPages.text(text.toString());
  }

  /// Tells connections of one key apart.
  private record Identity(PublicKey key, long connectedAt) {
    static Identity of(ClientFacts client) {
      return new Identity(client.key(), client.connectedAt());
    }
  }
}
