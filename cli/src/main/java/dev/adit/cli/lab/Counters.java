package dev.adit.cli.lab;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.util.HashMap;
import java.util.Map;

/// What the lab's routers have forwarded so far, by source site, destination site and protocol.
/// Immutable.
///
/// Sites are called as in [Lab]: `l`, `r`, `s3`, `srv`, …; protocols `udp`, `tcp` and `other`. Two
/// places count: the core router, and, where hosts share one LAN, the bridge of their gateway
/// (between its ports).
public final class Counters {
  /// Where something was counted.
  public enum Place {
    /// The router between the sites.
    CORE,
    /// The switch of a common LAN.
    BRIDGE
  }

  /// What one counter holds; bytes of whole IP packets.
  public record Count(long packets, long bytes) {
    static final Count NONE = new Count(0, 0);

    Count minus(Count earlier) {
      return new Count(packets - earlier.packets, bytes - earlier.bytes);
    }

    Count plus(Count other) {
      return new Count(packets + other.packets, bytes + other.bytes);
    }
  }

  /// Three counters, and as many rules, for each pair of 120 sites and servers.
  private static final int MOST_ENTRIES = 100_000;

  private final Map<String, Count> counts;

  private Counters(Map<String, Count> counts) {
    this.counts = counts;
  }

  /// Reads what `natlab.sh counters` prints: one document of `nft -j` per line.
  public static Counters parse(String documents) throws MalformedException {
    Map<String, Count> counts = new HashMap<>();
    for (String line : documents.split("\n")) {
      if (line.isBlank()) {
        continue;
      }
      for (JsonObject entry : Json.parseObject(line).objects("nftables", MOST_ENTRIES)) {
        JsonObject counter = entry.optionalObject("counter");
        if (counter != null) {
          Place place = counter.string("family").equals("bridge") ? Place.BRIDGE : Place.CORE;
          counts.put(
              place + " " + counter.string("name"),
              new Count(counter.integer("packets"), counter.integer("bytes")));
        }
      }
    }
    return new Counters(counts);
  }

  /// What passed from one site to the other by one protocol.
  public Count count(Place place, String from, String to, String protocol) {
    return counts.getOrDefault(place + " " + from + "_" + to + "_" + protocol, Count.NONE);
  }

  /// What passed from one site to the other by any protocol.
  public Count count(Place place, String from, String to) {
    return count(place, from, to, "udp")
        .plus(count(place, from, to, "tcp"))
        .plus(count(place, from, to, "other"));
  }

  /// What was counted since `earlier`.
  public Counters since(Counters earlier) {
    Map<String, Count> difference = new HashMap<>();
    counts.forEach((name, count) ->
        difference.put(name, count.minus(earlier.counts.getOrDefault(name, Count.NONE))));
    return new Counters(difference);
  }
}
