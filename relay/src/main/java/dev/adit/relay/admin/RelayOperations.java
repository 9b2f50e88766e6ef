package dev.adit.relay.admin;

import dev.adit.net.Clock;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.Text;
import java.util.List;

/// Carries out what the operator asks of one relay. Thread-safe.
public final class RelayOperations implements RelayConsole.Operations {
  private static final long NANOS = 1_000_000_000L;

  private final Relay relay;
  private final String version;
  private final Clock clock;
  private final long startedAt;

  /// @param version of this program
  public RelayOperations(Relay relay, String version, Clock clock) {
    this.relay = relay;
    this.version = version;
    this.clock = clock;
    this.startedAt = clock.nanos();
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
    json.member("state", "serving");
    json.name("counts").beginObject();
    counts(json, Readings.of(List.of(relay.metrics())));
    return json.endObject().endObject().toString();
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
