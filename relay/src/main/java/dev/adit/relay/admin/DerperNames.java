package dev.adit.relay.admin;

import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.JsonWriter;
import java.util.List;

/// What is counted here, by the names that `derper` has for it (derp §16.1), so that its dashboards
/// and alerts go on. `docs/relay.md` tells which names have nothing behind them here.
final class DerperNames {
  /// One line of derper's page.
  ///
  /// @param derper its name, with labels where it has some
  /// @param type as Prometheus' text format calls it
  /// @param ours what it is the sum of: a metric, or `metric=value` for one value of its label
  private record Name(String derper, String type, List<String> ours) {}

  private static final String COUNTER = "counter";
  private static final String GAUGE = "gauge";
  private static final String DROPPED = "adit_derp_packets_dropped_total";

  private static final List<Name> NAMES =
      List.of(
          gauge("derp_current_connections", "adit_derp_connections"),
          gauge("derp_current_home_connections", "adit_derp_connections_home"),
          gauge("derp_current_dup_client_conns", "adit_derp_connections_duplicate"),
          gauge("derp_current_file_descriptors", "process_open_fds"),
          gauge("derp_memstats_sys0", "jvm_memory_used_bytes"),
          counter("derp_accepts", "adit_derp_accepts_total"),
          counter("derp_packets_received", "adit_derp_packets_received_total"),
          counter("derp_bytes_received", "adit_derp_received_bytes_total"),
          counter("derp_packets_sent", "adit_derp_packets_sent_total"),
          counter("derp_bytes_sent", "adit_derp_sent_bytes_total"),
          counter("derp_got_ping", "adit_derp_pings_received_total"),
          counter("derp_sent_pong", "adit_derp_pongs_sent_total"),
          counter("derp_peer_gone_disconnected_frames", "adit_derp_peer_gone_total=disconnected"),
          counter("derp_peer_gone_not_here_frames", "adit_derp_peer_gone_total=not_here"),
          counter("derp_sclient_write_timeouts", "adit_derp_connections_ended_total=write_timeout"),
          counter(
              "derp_packets_dropped{reason=\"unknown_dest\"}", DROPPED + "=unknown_destination"),
          counter("derp_packets_dropped{reason=\"gone_disconnected\"}", DROPPED + "=gone"),
          counter("derp_packets_dropped{reason=\"queue_head\"}", DROPPED + "=queue_full"),
          counter("stun_requests{disposition=\"success\"}", "adit_stun_answers_total"),
          counter("stun_requests{disposition=\"not_stun\"}", "adit_stun_refused_total=not_stun"));

  private DerperNames() {}

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

  /// The sum of a metric's values, or of those with one label's value.
  static long sum(Readings readings, String metricAndLabel) {
    int mark = metricAndLabel.indexOf('=');
    String metric = mark < 0 ? metricAndLabel : metricAndLabel.substring(0, mark);
    double sum = 0;
    for (Metric candidate : readings.metrics()) {
      if (candidate.name().equals(metric)) {
        for (Metric.Sample sample : candidate.samples()) {
          if (mark < 0 || sample.labels().contains(metricAndLabel.substring(mark + 1))) {
            sum += sample.value();
          }
        }
      }
    }
    return (long) sum;
  }
}
