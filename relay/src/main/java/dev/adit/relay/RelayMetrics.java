package dev.adit.relay;

import dev.adit.core.derp.DerpCounter;
import dev.adit.core.derp.DerpCounts;
import dev.adit.core.derp.DropReason;
import dev.adit.core.derp.PacketKind;
import dev.adit.core.stun.StunCounter;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Histogram;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Everything a relay counts: its dashboard. Thread-safe.
public final class RelayMetrics implements Readings.Source, DerpCounts {
  /// Microseconds, as the reference has them.
  private static final long[] ROUND_TRIP_BOUNDS = {
    10_000, 20_000, 50_000, 100_000, 150_000, 250_000, 500_000
  };

  private final Counts<DerpCounter> derp = new Counts<>(DerpCounter.class);
  private final Drops drops = new Drops();
  private final Counts<MeshCounter> mesh = new Counts<>(MeshCounter.class);
  private final Counts<StunCounter> stun = new Counts<>(StunCounter.class);
  private final Histogram roundTrips = new Histogram(1e-6, ROUND_TRIP_BOUNDS);
  private final LongAdder roundTripsUnknown = new LongAdder();
  private volatile @Nullable MeshPeers links;

  RelayMetrics() {}

  @Override
  public void add(DerpCounter counter, long amount) {
    derp.add(counter, amount);
  }

  @Override
  public void dropped(DropReason reason, PacketKind kind, long packets, long bytes) {
    drops.add(reason, kind, packets, bytes);
  }

  void add(MeshCounter counter, long amount) {
    mesh.add(counter, amount);
  }

  void add(StunCounter counter, long amount) {
    stun.add(counter, amount);
  }

  /// @param micros negative if it is not known
  void roundTrip(long micros) {
    if (micros < 0) {
      roundTripsUnknown.increment();
    } else {
      roundTrips.note(micros);
    }
  }

  /// From now on these are the relay's links to others.
  void of(MeshPeers links) {
    this.links = links;
  }

  public long value(DerpCounter counter) {
    return derp.value(counter);
  }

  /// How many packets were dropped for this reason.
  public long value(DropReason reason) {
    return drops.packets(reason);
  }

  public long value(MeshCounter counter) {
    return mesh.value(counter);
  }

  public long value(StunCounter counter) {
    return stun.value(counter);
  }

  @Override
  public void read(Readings into) {
    new Derp(into).read();
    drops.read(into);
    into.histogram(
        "adit_derp_client_round_trip_seconds",
        "Round trips of clients as TCP measures them, each client every 10 seconds.",
        roundTrips);
    into.counter(
        "adit_derp_client_round_trips_unknown_total",
        "Times that the round trip of a client was not known.",
        roundTripsUnknown.sum());
    readMesh(into);
    readStun(into);
  }

  private void readMesh(Readings into) {
    var now = links;
    into.gauge(
        "adit_mesh_links_wanted",
        "Other relays of the region that this one is told to link to.",
        now == null ? 0 : now.wanted());
    into.gauge(
        "adit_mesh_links",
        "Links to other relays of the region that are up now.",
        now == null ? 0 : now.up());
    for (MeshCounter counter : MeshCounter.values()) {
      into.counter(
          "adit_mesh_" + Readings.label(counter) + "_total", counter.sentence(), value(counter));
    }
  }

  /// One reading of DERP's counters.
  private final class Derp {
    private final Readings into;
    private final Metric ended;
    private final Metric gone;
    private final Metric moves;

    Derp(Readings into) {
      this.into = into;
      ended =
          into.counters(
              "adit_derp_connections_ended_total",
              "Connections of clients that the relay ended, by reason.",
              "reason");
      moves =
          into.counters(
              "adit_derp_home_moves_total",
              "Clients that changed their home while they were connected, by direction.",
              "direction");
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
        case CLIENTS_LOCAL -> gauge("clients_local", counter);
        case CLIENTS_REGION -> gauge("clients_region", counter);
        case DUPLICATE_KEYS -> gauge("clients_duplicate", counter);
        case DUPLICATE_CONNECTIONS -> gauge("connections_duplicate", counter);
        case DUPLICATES -> total("duplicates", counter);
        case HOME_CONNECTIONS -> gauge("connections_home", counter);
        case NOT_IDEAL_CONNECTIONS -> gauge("connections_not_ideal", counter);
        case WATCHERS -> gauge("watchers", counter);
        case HOME_MOVES_IN -> explain(moves, "in", counter);
        case HOME_MOVES_OUT -> explain(moves, "out", counter);
        case HANDSHAKE_FAILURES -> explain(ended, "handshake_failed", counter);
        case HANDSHAKE_TIMEOUTS -> explain(ended, "handshake_timeout", counter);
        case NOT_ADMITTED -> explain(ended, "not_admitted", counter);
        case REVOKED -> explain(ended, "revoked", counter);
        case DUPLICATES_ENDED -> explain(ended, "duplicate", counter);
        case CLOSED_BY_PEER -> explain(ended, "close_peer", counter);
        case PROTOCOL_ERRORS -> explain(ended, "protocol", counter);
        case WRITE_TIMEOUTS -> explain(ended, "write_timeout", counter);
        case RESTARTED -> explain(ended, "restart", counter);
        case PACKETS_RECEIVED -> total("packets_received", counter);
        case BYTES_RECEIVED -> total("received_bytes", counter);
        case PRIORITY_PACKETS_RECEIVED -> total("priority_packets_received", counter);
        case PACKETS_SENT -> total("packets_sent", counter);
        case BYTES_SENT -> total("sent_bytes", counter);
        case PACKETS_QUEUED -> total("packets_queued", counter);
        case QUEUE_NANOS -> total("queue_nanoseconds", counter);
        case PACKETS_FORWARDED_OUT -> total("packets_forwarded_out", counter);
        case PACKETS_FORWARDED_IN -> total("packets_forwarded_in", counter);
        case MULTIFORWARDERS_CREATED -> total("multiforwarders_created", counter);
        case MULTIFORWARDERS_DELETED -> total("multiforwarders_deleted", counter);
        case FORWARDERS_NOT_KNOWN -> total("forwarders_not_known", counter);
        case CLOSE_PEER_ASKED -> total("close_peer_asked", counter);
        case PEER_GONE_NOT_HERE -> explain(gone, "not_here", counter);
        case PEER_GONE_DISCONNECTED -> explain(gone, "disconnected", counter);
        case UNKNOWN_FRAMES -> total("unknown_frames", counter);
        case KEEP_ALIVES_SENT -> total("keep_alives_sent", counter);
        case PINGS_RECEIVED -> total("pings_received", counter);
        case PONGS_SENT -> total("pongs_sent", counter);
        case READING_PAUSED -> total("reading_paused", counter);
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
