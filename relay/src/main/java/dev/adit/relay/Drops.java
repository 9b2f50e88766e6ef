package dev.adit.relay;

import static java.util.Objects.requireNonNull;

import dev.adit.core.derp.DropReason;
import dev.adit.core.derp.PacketKind;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// Dropped packets by reason and kind; every pair is there from the start. Thread-safe.
final class Drops {
  private final Map<DropReason, Counts<PacketKind>> packets = counts();
  private final Map<DropReason, Counts<PacketKind>> bytes = counts();

  /// Filled once and then only read.
  private static Map<DropReason, Counts<PacketKind>> counts() {
    var counts = new EnumMap<DropReason, Counts<PacketKind>>(DropReason.class);
    for (var reason : DropReason.values()) {
      counts.put(reason, new Counts<>(PacketKind.class));
    }
    return counts;
  }

  private static Counts<PacketKind> of(
      Map<DropReason, Counts<PacketKind>> counts, DropReason reason) {
    return requireNonNull(counts.get(reason));
  }

  void add(DropReason reason, PacketKind kind, long packets, long bytes) {
    of(this.packets, reason).add(kind, packets);
    of(this.bytes, reason).add(kind, bytes);
  }

  long packets(DropReason reason) {
    long sum = 0;
    for (var kind : PacketKind.values()) {
      sum += of(packets, reason).value(kind);
    }
    return sum;
  }

  void read(Readings into) {
    read(
        into.counters(
            "adit_derp_packets_dropped_total",
            "Packets that the relay did not deliver, by reason and kind.",
            "reason",
            "kind"),
        packets);
    read(
        into.counters(
            "adit_derp_dropped_bytes_total",
            "Bytes of data in packets that the relay did not deliver, by reason and kind.",
            "reason",
            "kind"),
        bytes);
  }

  private static void read(Metric metric, Map<DropReason, Counts<PacketKind>> counts) {
    for (var reason : DropReason.values()) {
      String label = label(reason);
      metric.explain(label, reason.sentence());
      for (var kind : PacketKind.values()) {
        metric.add(of(counts, reason).value(kind), label, kind.name().toLowerCase(Locale.ROOT));
      }
    }
  }

  private static String label(DropReason reason) {
    return switch (reason) {
      case UNKNOWN_DESTINATION -> "unknown_destination";
      case UNKNOWN_DESTINATION_FORWARDED -> "unknown_destination_forwarded";
      case GONE -> "gone";
      case QUEUE_HEAD -> "queue_full"; // the oldest
    };
  }
}
