package dev.adit.core.region;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;

/// Chooses the home region, where others find us, by what was measured in the last five minutes
/// (derp §13.3–§13.6). Moving home is dear: peers have to learn of it. So the old home stays while
/// it is about as good as the best.
///
/// Not thread-safe.
public final class HomeChoice {
  /// No region.
  public static final long NONE = 0;

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final long HISTORY = 305 * SECOND;
  private static final long LEAST_GAIN = 10 * MILLI;

  /// A frame of a region counts so long as a sign that it is accessible.
  private static final long HEARD_LATELY = 8 * SECOND;

  /// Two keep-alive periods: a home that nobody could measure stays so long after its last frame.
  private static final long HEARD_AT_ALL = 120 * SECOND;

  private final ArrayDeque<RegionReport> history = new ArrayDeque<>();
  private final Map<Long, Long> heard = new HashMap<>();
  private SortedMap<Long, Double> scores = java.util.Collections.emptySortedMap();
  private long forced = NONE;
  private long home = NONE;

  /// By region, what its latency is multiplied with; those that are not above 0 do not count.
  public void scoresChanged(SortedMap<Long, Double> scores) {
    this.scores = scores;
  }

  /// This one wins whenever it was measured or heard of lately; [#NONE] for none.
  public void forced(long region) {
    forced = region;
  }

  /// A frame came from a relay of `region`.
  public void frameHeard(long region, long now) {
    heard.put(region, now);
  }

  public long home() {
    return home;
  }

  /// The map of regions has changed, and these are gone.
  public void regionGone(long region) {
    heard.remove(region);
    if (home == region) {
      home = NONE;
    }
  }

  /// All regions were measured.
  ///
  /// @return the home region from now on; [#NONE] if none was ever found
  public long measured(RegionReport report, long now) {
    history.addLast(report);
    while (history.getFirst().startedAt() < now - HISTORY) {
      history.removeFirst();
    }
    home = chosen(report, now);
    return home;
  }

  private long chosen(RegionReport report, long now) {
    if (forced != NONE && isAccessible(forced, report, now)) {
      return forced;
    }
    long candidate = NONE;
    double best = 0;
    for (long region : report.latencies().keySet()) {
      double mine = best(region);
      if (candidate == NONE || mine < best) {
        candidate = region;
        best = mine;
      }
    }
    if (candidate == NONE) {
      return wasHeardWithin(home, HEARD_AT_ALL, now) ? home : NONE;
    }
    return candidate != home && home != NONE && staysAgainst(best, report, now) ? home : candidate;
  }

  /// Whether the old home is good enough beside one of latency `best`.
  private boolean staysAgainst(double best, RegionReport report, long now) {
    if (!isAccessible(home, report, now)) {
      return false;
    }
    Long latency = report.latencies().get(home);
    double current = latency == null ? 0 : latency * score(home);
    return current - best < LEAST_GAIN || best > current / 3 * 2;
  }

  private boolean isAccessible(long region, RegionReport report, long now) {
    Long last = heard.get(region);
    return report.latencies().containsKey(region)
        || last != null && last >= report.startedAt()
        || wasHeardWithin(region, HEARD_LATELY, now);
  }

  private boolean wasHeardWithin(long region, long limit, long now) {
    Long last = heard.get(region);
    return last != null && now - last <= limit;
  }

  /// The least of the history, scaled.
  private double best(long region) {
    long least = Long.MAX_VALUE;
    for (RegionReport report : history) {
      least = Math.min(least, report.latencies().getOrDefault(region, Long.MAX_VALUE));
    }
    return least * score(region);
  }

  private double score(long region) {
    double score = scores.getOrDefault(region, 1.0);
    return score > 0 ? score : 1.0;
  }
}
