package dev.adit.net.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// How often values up to each of some bounds were seen. Thread-safe; noting a value costs two
/// additions and allocates nothing.
public final class Histogram {
  /// The label of what is above the last bound, as Prometheus writes it.
  static final String REST = "+Inf";

  private final long[] bounds;
  private final double unit;
  private final LongAdder[] counts;
  private final LongAdder sum = new LongAdder();

  /// @param unit what one of the values is in the unit that readers are told: 1e-6 for microseconds
  ///   of which seconds are told
  /// @param bounds rising; a value equal to one counts below it
  public Histogram(double unit, long... bounds) {
    this.unit = unit;
    this.bounds = bounds.clone();
    for (int i = 1; i < bounds.length; i++) {
      if (bounds[i] <= bounds[i - 1]) {
        throw new IllegalArgumentException("histogram: bounds must rise");
      }
    }
    counts = new LongAdder[bounds.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /// A value was seen.
  public void note(long value) {
    int at = 0;
    while (at < bounds.length && value > bounds[at]) {
      at++;
    }
    counts[at].increment();
    sum.add(value);
  }

  double sum() {
    return sum.sum() * unit;
  }

  /// One sample for each bound, its count without those below it.
  List<Metric.Sample> samples() {
    var samples = new ArrayList<Metric.Sample>();
    for (int i = 0; i < counts.length; i++) {
      samples.add(new Metric.Sample(List.of(bound(i)), counts[i].sum()));
    }
    return samples;
  }

  private String bound(int at) {
    if (at == bounds.length) {
      return REST;
    }
    double bound = bounds[at] * unit;
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }
}
