package dev.adit.relay.admin;

import dev.adit.core.derp.ClientFacts;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Carries out what the operator asks of one relay. Thread-safe.
public final class RelayOperations implements RelayConsole.Operations {
  private static final long NANOS = 1_000_000_000L;

  private final Relay relay;
  private final String version;
  private final Clock clock;
  private final @Nullable Runnable end;
  private final long startedAt;

  /// @param version of this program
  /// @param end sends the clients away and ends the program; returns at once; null where the relay
  ///   is only a part of it
  public RelayOperations(Relay relay, String version, Clock clock, @Nullable Runnable end) {
    this.relay = relay;
    this.version = version;
    this.clock = clock;
    this.end = end;
    this.startedAt = clock.nanos();
  }

  /// Adds the pages that look into this relay.
  public RelayOperations addTo(DebugPages pages) {
    new Insides(relay).addTo(pages);
    return this;
  }

  @Override
  public String status(boolean clients) {
    var described = relay.description();
    var json = new JsonWriter().beginObject();
    json.member("name", described.name());
    json.member("key", Text.wireGuardKey(relay.key().bytes()));
    json.member("region", described.region()).member("regionId", described.regionId());
    json.member("version", version);
    json.member("uptimeSeconds", (clock.nanos() - startedAt) / NANOS);
    json.member("state", relay.isDraining() ? "draining" : "serving");
    json.name("counts").beginObject();
    counts(json, Readings.of(List.of(relay.metrics())));
    json.endObject();
    if (clients) {
      clients(json);
    }
    return json.endObject().toString();
  }

  @Override
  public String close(PublicKey client) {
    var ended = relay.closePeer(client);
    return new JsonWriter()
        .beginObject()
        .member("ended", ended.connections())
        .member("relaysAsked", ended.relays())
        .endObject()
        .toString();
  }

  @Override
  public @Nullable String drain() {
    if (end == null) {
      return null;
    }
    int clients = relay.clients().size();
    end.run();
    return new JsonWriter().beginObject().member("clients", clients).endObject().toString();
  }

  private void clients(JsonWriter json) {
    long now = clock.nanos();
    json.name("clients").beginArray();
    for (ClientFacts client : relay.clients()) {
      json.beginObject().member("key", Text.wireGuardKey(client.key().bytes()));
      var remote = client.remote();
      json.member("address", remote == null ? "" : remote.toString());
      json.member("seconds", (now - client.connectedAt()) / NANOS);
      json.member("active", client.active()).member("home", client.home());
      json.member("meshPeer", client.meshPeer()).member("watching", client.watching());
      json.member("app", client.appName());
      json.member("packetsReceived", client.packetsReceived());
      json.member("bytesReceived", client.bytesReceived());
      json.member("packetsSent", client.packetsSent());
      json.member("bytesSent", client.bytesSent()).endObject();
    }
    json.endArray();
  }

  private static void counts(JsonWriter json, Readings readings) {
    member(json, "connections", readings, "adit_derp_connections");
    member(json, "homeConnections", readings, "adit_derp_connections_home");
    member(json, "packetsReceived", readings, "adit_derp_packets_received_total");
    member(json, "packetsSent", readings, "adit_derp_packets_sent_total");
    member(json, "packetsDropped", readings, "adit_derp_packets_dropped_total");
    member(json, "bytesReceived", readings, "adit_derp_received_bytes_total");
    member(json, "bytesSent", readings, "adit_derp_sent_bytes_total");
    member(json, "stunAnswers", readings, "adit_stun_answers_total");
  }

  private static void member(JsonWriter json, String name, Readings readings, String metric) {
    json.member(name, DerperNames.sum(readings, metric));
  }
}
