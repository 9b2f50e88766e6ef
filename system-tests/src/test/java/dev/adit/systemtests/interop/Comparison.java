package dev.adit.systemtests.interop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Whether two things take the same time, by tries of both in a random order.
///
/// As the order is drawn, every assignment of the measured times to the two is as probable as any
/// other if there is no difference, whatever else the machine does meanwhile: a p-value of 0.01 or
/// less then comes once in a hundred sets. One such set proves nothing, so it is followed by a
/// second of twice the size, and only both together are a difference: a false alarm comes once in
/// ten thousand comparisons.
final class Comparison {
  static final int TRIES = 1000;
  private static final double LEVEL = 0.01;

  /// Takes one measurement.
  @FunctionalInterface
  interface Trial {
    /// @param isFirst of which of the two things
    /// @return nanoseconds
    long take(boolean isFirst) throws Exception;
  }

  /// Times of both, nanoseconds.
  record Times(long[] first, long[] second) {
    double p() {
      return TwoSamples.of(first, second).p();
    }

    /// The smallest delay of the first that such a set tells at p < 10⁻⁶, in nanoseconds: what a
    /// leak must be to be found for certain.
    long found() {
      long delay = 250;
      while (TwoSamples.of(delayed(delay), second).p() >= 1e-6) {
        delay *= 2;
      }
      return delay;
    }

    private long[] delayed(long nanos) {
      long[] later = first.clone();
      for (int i = 0; i < later.length; i++) {
        later[i] += nanos;
      }
      return later;
    }
  }

  private final String what;
  private final long seed;
  private final Random random;

  Comparison(String what, long seed) {
    this.what = what;
    this.seed = seed;
    this.random = new Random(seed);
  }

  /// Measures both, each so many times.
  Times measure(int tries, Trial trial) throws Exception {
    List<Boolean> order = new ArrayList<>();
    for (int i = 0; i < tries; i++) {
      order.add(true);
      order.add(false);
    }
    Collections.shuffle(order, random);
    var times = new Times(new long[tries], new long[tries]);
    int first = 0;
    int second = 0;
    for (boolean isFirst : order) {
      long nanos = trial.take(isFirst);
      if (isFirst) {
        times.first[first++] = nanos;
      } else {
        times.second[second++] = nanos;
      }
    }
    System.out.printf(
        "%s: %d tries each, seed %d: p = %.3g; a delay of %.1f µs would have been found%n",
        what, tries, seed, times.p(), times.found() / 1000.0);
    return times;
  }

  /// Throws if the two differ.
  void assertAlike(Trial trial) throws Exception {
    if (measure(TRIES, trial).p() <= LEVEL) {
      double confirmed = measure(2 * TRIES, trial).p();
      if (confirmed <= LEVEL) {
        throw new AssertionError(what + " take different times: p = " + confirmed + ", twice");
      }
    }
  }
}
