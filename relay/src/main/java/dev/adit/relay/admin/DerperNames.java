package dev.adit.relay.admin;

import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is counted here, by the names that `derper` has for it (derp §16.1), so that its dashboards
/// and alerts go on. `docs/relay.md` tells which names have nothing behind them here.
final class DerperNames {
  /// One line of derper's page.
  ///
  /// @param derper its name, with labels where it has some
  /// @param type as Prometheus' text format calls it
  /// @param ours what it is the sum of: a metric, or `metric=value,value` for those with these
  ///   labels
  private record Name(String derper, String type, List<String> ours) {}

  private static final String COUNTER = "counter";
  private static final String GAUGE = "gauge";

  /// derper's reason for a drop, and ours; the last three are for what cannot happen here, and stay
  /// 0 (see [dev.adit.core.derp.DropReason]).
  private static final Map<String, String> REASONS =
      Map.of(
          "unknown_dest", "unknown_destination",
          "unknown_dest_on_fwd", "unknown_destination_forwarded",
          "gone_disconnected", "gone",
          "queue_head", "queue_full",
          "queue_tail", "none",
          "write_error", "none",
          "dup_client", "none");

  private static final List<Name> PLAIN =
      List.of(
          gauge("derp_watchers", "adit_derp_watchers"),
          gauge("derp_current_file_descriptors", "process_open_fds"),
          gauge("derp_current_connections", "adit_derp_connections"),
          gauge("derp_current_home_connections", "adit_derp_connections_home"),
          gauge("derp_current_notideal_connections", "adit_derp_connections_not_ideal"),
          gauge("derp_clients_total", "adit_derp_clients_region"),
          gauge("derp_clients_local", "adit_derp_clients_local"),
          gauge("derp_current_dup_client_keys", "adit_derp_clients_duplicate"),
          gauge("derp_current_dup_client_conns", "adit_derp_connections_duplicate"),
          gauge("derp_memstats_sys0", "jvm_memory_used_bytes"),
          counter("derp_total_dup_client_conns", "adit_derp_duplicates_total"),
          counter("derp_accepts", "adit_derp_accepts_total"),
          counter("derp_packets_received", "adit_derp_packets_received_total"),
          counter("derp_bytes_received", "adit_derp_received_bytes_total"),
          counter("derp_packets_sent", "adit_derp_packets_sent_total"),
          counter("derp_bytes_sent", "adit_derp_sent_bytes_total"),
          counter("derp_unknown_frames", "adit_derp_unknown_frames_total"),
          counter("derp_got_ping", "adit_derp_pings_received_total"),
          counter("derp_sent_pong", "adit_derp_pongs_sent_total"),
          counter("derp_packets_forwarded_out", "adit_derp_packets_forwarded_out_total"),
          counter("derp_packets_forwarded_in", "adit_derp_packets_forwarded_in_total"),
          counter("derp_multiforwarder_created", "adit_derp_multiforwarders_created_total"),
          counter("derp_multiforwarder_deleted", "adit_derp_multiforwarders_deleted_total"),
          counter(
              "derp_packet_forwarder_delete_other_value", "adit_derp_forwarders_not_known_total"),
          counter("derp_rate_limit_per_client_waited", "adit_derp_reading_paused_total"),
          counter("derp_home_moves_in", "adit_derp_home_moves_total=in"),
          counter("derp_home_moves_out", "adit_derp_home_moves_total=out"),
          counter("derp_peer_gone_disconnected_frames", "adit_derp_peer_gone_total=disconnected"),
          counter("derp_peer_gone_not_here_frames", "adit_derp_peer_gone_total=not_here"),
          counter("derp_sclient_write_timeouts", "adit_derp_connections_ended_total=write_timeout"),
          counter("derp_websocket_accepts", "adit_http_upgrades_total=derp_websocket"),
          counter("tls_listener_accepted_connections", "adit_http_connections_accepted_total"),
          counter(
              "tls_listener_rejected_connections",
              "adit_http_connections_refused_total=accept_rate"),
          counter("stun_requests{disposition=\"success\"}", "adit_stun_answers_total"),
          counter("stun_requests{disposition=\"not_stun\"}", "adit_stun_refused_total=not_stun"));

  private static final List<Name> NAMES = all();

  private DerperNames() {}

  private static List<Name> all() {
    var all = new ArrayList<Name>(PLAIN);
    for (String what : List.of("packets", "bytes")) {
      String ours =
          what.equals("packets")
              ? "adit_derp_packets_dropped_total"
              : "adit_derp_dropped_bytes_total";
      for (var reason : new TreeMap<>(REASONS).entrySet()) {
        String derper = "derp_" + what + "_dropped{reason=\"" + reason.getKey() + "\",kind=";
        String start = ours + "=" + reason.getValue() + ",";
        all.add(counter(derper + "\"disco\"}", start + "disco"));
        all.add(
            counter(derper + "\"other\"}", start + "probe", start + "handshake", start + "other"));
      }
    }
    for (int bound : List.of(10, 20, 50, 100, 150, 250, 500)) {
      String seconds = Double.toString(bound / 1e3);
      all.add(
          counter(
              "derp_tcp_rtt{le=\"" + bound + "ms\"}",
              "adit_derp_client_round_trip_seconds=" + seconds));
    }
    all.add(counter("derp_tcp_rtt{le=\"inf\"}", "adit_derp_client_round_trip_seconds=+Inf"));
    all.add(counter("derp_tcp_rtt{le=\"error\"}", "adit_derp_client_round_trips_unknown_total"));
    for (String version : List.of("1.2", "1.3", "unknown")) {
      String label = "{version=\"" + version + "\"}";
      all.add(gauge("derper_tls_active_version" + label, "adit_tls_connections=" + version));
    }
    return List.copyOf(all);
  }

  private static Name counter(String derper, String... ours) {
    return new Name(derper, COUNTER, List.of(ours));
  }

  private static Name gauge(String derper, String... ours) {
    return new Name(derper, GAUGE, List.of(ours));
  }

  /// The page for Prometheus, text format 0.0.4.
  static String text(Readings readings, String version) {
    var text = new StringBuilder(4096);
    String family = "";
    for (Name name : NAMES) {
      String now = family(name.derper());
      if (!now.equals(family)) {
        text.append("# TYPE ").append(now).append(' ').append(name.type()).append('\n');
        family = now;
      }
      text.append(name.derper()).append(' ').append(value(readings, name)).append('\n');
    }
    return text.append("# TYPE version gauge\nversion{version=\"")
        .append(version)
        .append("\"} 1\n")
        .toString();
  }

  /// One object, with a member for each name.
  static String json(Readings readings) {
    var json = new JsonWriter().beginObject();
    for (Name name : NAMES) {
      json.member(name.derper(), value(readings, name));
    }
    return json.endObject().toString();
  }

  private static String family(String name) {
    int labels = name.indexOf('{');
    return labels < 0 ? name : name.substring(0, labels);
  }

  private static long value(Readings readings, Name name) {
    long sum = 0;
    for (String one : name.ours()) {
      sum += sum(readings, one);
    }
    return sum;
  }

  /// The sum of a metric's values, or of those whose labels have these values.
  static long sum(Readings readings, String metricAndLabels) {
    int mark = metricAndLabels.indexOf('=');
    String metric = mark < 0 ? metricAndLabels : metricAndLabels.substring(0, mark);
    List<String> labels =
        mark < 0 ? List.of() : List.of(metricAndLabels.substring(mark + 1).split(",", -1));
    double sum = 0;
    for (Metric candidate : readings.metrics()) {
      if (candidate.name().equals(metric)) {
        for (Metric.Sample sample : candidate.samples()) {
          if (sample.labels().containsAll(labels)) {
            sum += sample.value();
          }
        }
      }
    }
    return (long) sum;
  }
}
