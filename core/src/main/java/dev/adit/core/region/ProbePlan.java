package dev.adit.core.region;

import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which STUN questions measure the regions of a map, and when each is asked (derp §13.2). A
/// question whose region has answered by its family meanwhile need not be asked.
public final class ProbePlan {
  /// @param isV6 by which family
  /// @param delay after the measurement began, nanoseconds
  public record Probe(long region, DerpNode node, boolean isV6, long delay) {}

  private static final long MILLI = 1_000_000L;
  private static final long UNKNOWN = 200 * MILLI;
  private static final int FULL_TRIES = 3;
  private static final long FULL_SPACING = 100 * MILLI;
  private static final int FASTEST = 3;

  private ProbePlan() {}

  /// Every region, three times by each family.
  public static List<Probe> full(DerpMap map) {
    List<Probe> plan = new ArrayList<>();
    for (DerpRegion region : measured(map)) {
      add(plan, region, FULL_TRIES, FULL_SPACING, 0, true, true);
    }
    return inTime(plan);
  }

  /// The three regions that were fastest, and home.
  ///
  /// @param last the measurement before
  /// @param home or [HomeChoice#NONE]
  /// @param ipv6 whether IPv6 was seen to work; where it was, IPv4 is taken for working too
  public static List<Probe> incremental(DerpMap map, RegionReport last, long home, boolean ipv6) {
    List<DerpRegion> regions = measured(map);
    regions.sort(
        Comparator.comparingLong(
            region -> last.latencies().getOrDefault(region.id(), Long.MAX_VALUE)));
    List<Probe> plan = new ArrayList<>();
    for (int rank = 0; rank < regions.size(); rank++) {
      DerpRegion region = regions.get(rank);
      boolean isHome = region.id() == home;
      if (rank >= FASTEST && !isHome) {
        continue;
      }
      int tries = isHome ? 4 : rank < 2 ? 2 : 1;
      long latency = last.latencies().getOrDefault(region.id(), UNKNOWN);
      boolean alternates = ipv6 && rank >= 2 && !isHome;
      boolean v6 = ipv6 && (!alternates || rank % 2 == 0);
      boolean v4 = !alternates || rank % 2 == 1;
      add(plan, region, tries, latency + latency / 5, 50 * MILLI, v4, v6);
    }
    return inTime(plan);
  }

  private static List<DerpRegion> measured(DerpMap map) {
    List<DerpRegion> regions = new ArrayList<>();
    for (DerpRegion region : map.regions().values()) {
      if (!region.noMeasureNoHome()
          && region.nodes().stream().anyMatch(node -> node.stunAt() > 0)) {
        regions.add(region);
      }
    }
    return regions;
  }

  /// @param more what the third try and later ones wait longer, for each try so far
  private static void add(
      List<Probe> plan,
      DerpRegion region,
      int tries,
      long spacing,
      long more,
      boolean v4,
      boolean v6) {
    for (int i = 0; i < tries; i++) {
      DerpNode node = region.nodes().get(i % region.nodes().size());
      long delay = i * spacing + (i > 1 ? i * more : 0);
      if (node.stunAt() > 0) {
        if (v4) {
          plan.add(new Probe(region.id(), node, false, delay));
        }
        if (v6) {
          plan.add(new Probe(region.id(), node, true, delay));
        }
      }
    }
  }

  private static List<Probe> inTime(List<Probe> plan) {
    plan.sort(Comparator.comparingLong(Probe::delay));
    return plan;
  }
}
