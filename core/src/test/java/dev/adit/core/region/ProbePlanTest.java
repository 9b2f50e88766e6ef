package dev.adit.core.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.region.ProbePlan.Probe;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProbePlanTest {
  private static final long MILLI = 1_000_000L;

  private final DerpMap map =
      DerpMap.of(List.of(region(1), region(2), region(3), region(4), region(5)));

  @Test
  void aFullMeasurementAsksEveryRegionThreeTimesByEachFamily() {
    List<Probe> plan = ProbePlan.full(map);
    assertThat(plan).hasSize(5 * 3 * 2);
    assertThat(of(plan, 2, false))
        .extracting(Probe::delay)
        .containsExactly(0L, 100 * MILLI, 200 * MILLI);
    assertThat(of(plan, 2, true))
        .extracting(probe -> probe.node().name())
        .containsExactly("2a", "2b", "2a");
  }

  @Test
  void regionsThatAreNotToBeMeasuredAreNot() {
    var silent =
        new DerpRegion(9, "s", "S", 0, 0, false, true, List.of(DerpNode.of("9a", 9, "9.test")));
    assertThat(ProbePlan.full(DerpMap.of(List.of(silent)))).isEmpty();
  }

  @Test
  void anIncrementalOneAsksTheFastestThreeAndHome() {
    var latencies = new TreeMap<Long, Long>();
    for (long region = 1; region <= 5; region++) {
      latencies.put(region, region * 10 * MILLI);
    }
    var plan = ProbePlan.incremental(map, new RegionReport(0, latencies), 5, false);
    assertThat(of(plan, 1, false)).hasSize(2);
    assertThat(of(plan, 2, false)).hasSize(2);
    assertThat(of(plan, 3, false)).hasSize(1);
    assertThat(of(plan, 4, false)).isEmpty();
    assertThat(of(plan, 5, false))
        .extracting(Probe::delay)
        .containsExactly(0L, 60 * MILLI, 220 * MILLI, 330 * MILLI);
  }

  private static List<Probe> of(List<Probe> plan, long region, boolean isV6) {
    var found = new ArrayList<Probe>();
    for (Probe probe : plan) {
      if (probe.region() == region && probe.isV6() == isV6) {
        found.add(probe);
      }
    }
    return found;
  }

  private static DerpRegion region(long id) {
    return DerpRegion.of(
        id,
        "r" + id,
        "R" + id,
        List.of(
            DerpNode.of(id + "a", id, id + "a.test"), DerpNode.of(id + "b", id, id + "b.test")));
  }
}
