package dev.adit.relay;

import dev.adit.core.derp.DerpCounter;
import dev.adit.core.stun.StunCounter;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;

/// Everything a relay counts: its dashboard. Thread-safe.
public final class RelayMetrics implements Readings.Source {
  private final Counts<DerpCounter> derp = new Counts<>(DerpCounter.class);
  private final Counts<StunCounter> stun = new Counts<>(StunCounter.class);

  RelayMetrics() {}

  void add(DerpCounter counter, long amount) {
    derp.add(counter, amount);
  }

  void add(StunCounter counter, long amount) {
    stun.add(counter, amount);
  }

  public long value(DerpCounter counter) {
    return derp.value(counter);
  }

  public long value(StunCounter counter) {
    return stun.value(counter);
  }

  @Override
  public void read(Readings into) {
    new Derp(into).read();
    readStun(into);
  }

  /// One reading of DERP's counters.
  private final class Derp {
    private final Readings into;
    private final Metric ended;
    private final Metric dropped;
    private final Metric gone;

    Derp(Readings into) {
      this.into = into;
      ended =
          into.counters(
              "adit_derp_connections_ended_total",
              "Connections of clients that the relay ended, by reason.",
              "reason");
      dropped =
          into.counters(
              "adit_derp_packets_dropped_total",
              "Packets that the relay did not deliver, by reason.",
              "reason");
      gone =
          into.counters(
              "adit_derp_peer_gone_total",
              "Messages to clients that a peer is not there, by reason.",
              "reason");
    }

    void read() {
      for (DerpCounter counter : DerpCounter.values()) {
        read(counter);
      }
    }

    private void read(DerpCounter counter) {
      switch (counter) {
        case ACCEPTS -> total("accepts", counter);
        case CONNECTIONS -> gauge("connections", counter);
        case DUPLICATE_CONNECTIONS -> gauge("connections_duplicate", counter);
        case HOME_CONNECTIONS -> gauge("connections_home", counter);
        case HANDSHAKE_FAILURES -> explain(ended, "handshake_failed", counter);
        case HANDSHAKE_TIMEOUTS -> explain(ended, "handshake_timeout", counter);
        case NOT_ADMITTED -> explain(ended, "not_admitted", counter);
        case REVOKED -> explain(ended, "revoked", counter);
        case DUPLICATES_ENDED -> explain(ended, "duplicate", counter);
        case PROTOCOL_ERRORS -> explain(ended, "protocol", counter);
        case WRITE_TIMEOUTS -> explain(ended, "write_timeout", counter);
        case PACKETS_RECEIVED -> total("packets_received", counter);
        case BYTES_RECEIVED -> total("received_bytes", counter);
        case PRIORITY_PACKETS_RECEIVED -> total("priority_packets_received", counter);
        case PACKETS_SENT -> total("packets_sent", counter);
        case BYTES_SENT -> total("sent_bytes", counter);
        case DROPPED_UNKNOWN_DESTINATION -> explain(dropped, "unknown_destination", counter);
        case DROPPED_GONE -> explain(dropped, "gone", counter);
        case DROPPED_QUEUE_HEAD -> explain(dropped, "queue_full", counter);
        case PEER_GONE_NOT_HERE -> explain(gone, "not_here", counter);
        case PEER_GONE_DISCONNECTED -> explain(gone, "disconnected", counter);
        case KEEP_ALIVES_SENT -> total("keep_alives_sent", counter);
        case PINGS_RECEIVED -> total("pings_received", counter);
        case PONGS_SENT -> total("pongs_sent", counter);
      }
    }

    private void total(String name, DerpCounter counter) {
      into.counter("adit_derp_" + name + "_total", counter.sentence(), value(counter));
    }

    private void gauge(String name, DerpCounter counter) {
      into.gauge("adit_derp_" + name, counter.sentence(), value(counter));
    }

    private void explain(Metric metric, String label, DerpCounter counter) {
      metric.explained(value(counter), label, counter.sentence());
    }
  }

  private void readStun(Readings into) {
    Metric answered =
        into.counters(
            "adit_stun_answers_total", "STUN requests that were answered, by form.", "form");
    Metric refused =
        into.counters(
            "adit_stun_refused_total",
            "Datagrams to the STUN ports that were not answered, by reason.",
            "reason");
    long brief = value(StunCounter.ANSWERED_SHORT);
    long elsewhere = value(StunCounter.ANSWERED_ELSEWHERE);
    answered.explained(
        value(StunCounter.ANSWERED) - brief - elsewhere,
        "full",
        "Binding requests as RFC 8489 has them.");
    answered.explained(brief, "short", "Requests in Tailscale's form.");
    explain(answered, "elsewhere", StunCounter.ANSWERED_ELSEWHERE);
    explain(answered, "error", StunCounter.ERRORS);
    explain(refused, "not_stun", StunCounter.NOT_STUN);
    explain(refused, "limited", StunCounter.LIMITED);
  }

  private void explain(Metric metric, String label, StunCounter counter) {
    metric.explained(value(counter), label, counter.sentence());
  }
}
