package dev.adit.core.region;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What one measurement of all regions found. Immutable.
///
/// @param startedAt nanoseconds
/// @param latencies by region: the least time an answer took, nanoseconds; regions that did not
///   answer are absent
public record RegionReport(long startedAt, SortedMap<Long, Long> latencies) {
  public RegionReport {
    latencies = Collections.unmodifiableSortedMap(new TreeMap<>(latencies));
    if (!latencies.values().stream().allMatch(latency -> latency > 0)) {
      throw new IllegalArgumentException("region report: a latency that is not above 0");
    }
  }
}
