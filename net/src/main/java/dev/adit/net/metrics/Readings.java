package dev.adit.net.metrics;

import dev.adit.net.metrics.Metric.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// All that a process tells of itself at one moment, in the order in which it was added. Confined
/// to one thread.
public final class Readings {
  /// What adds its readings when it is asked: on the thread of whoever asks, so that it must be
  /// thread-safe; it may wait for a moment.
  @FunctionalInterface
  public interface Source {
    void read(Readings into);
  }

  private final List<Metric> metrics = new ArrayList<>();

  /// Asks each of `sources` once.
  public static Readings of(List<Source> sources) {
    var readings = new Readings();
    sources.forEach(source -> source.read(readings));
    return readings;
  }

  public List<Metric> metrics() {
    return List.copyOf(metrics);
  }

  /// Adds a metric that was read elsewhere.
  public void add(Metric metric) {
    metrics.add(metric);
  }

  /// One value, for whoever wants no page.
  ///
  /// @throws NoSuchElementException if there is none with these labels
  public double value(String name, String... labels) {
    for (Metric metric : metrics) {
      for (Metric.Sample sample : metric.samples()) {
        if (metric.name().equals(name) && sample.labels().equals(List.of(labels))) {
          return sample.value();
        }
      }
    }
    throw new NoSuchElementException(name + List.of(labels));
  }

  public Readings counter(String name, String help, long value) {
    counters(name, help).add(value);
    return this;
  }

  public Readings gauge(String name, String help, double value) {
    gauges(name, help).add(value);
    return this;
  }

  public Readings gauge(String name, String help, long value) {
    gauges(name, help).add(value);
    return this;
  }

  /// A counter whose values follow, by [Metric#add].
  public Metric counters(String name, String help, String... labels) {
    return metric(name, Kind.COUNTER, help, labels);
  }

  /// A gauge whose values follow, by [Metric#add].
  public Metric gauges(String name, String help, String... labels) {
    return metric(name, Kind.GAUGE, help, labels);
  }

  /// @param help says the unit
  public Readings histogram(String name, String help, Histogram histogram) {
    metric(name, Kind.HISTOGRAM, help, "le").add(histogram);
    return this;
  }

  private Metric metric(String name, Kind kind, String help, String... labels) {
    var metric = new Metric(name, kind, help, List.of(labels));
    metrics.add(metric);
    return metric;
  }

  /// A counter for each constant of an enum, which becomes the label's value in lower case.
  ///
  /// @param meaning a sentence for each
  public <E extends Enum<E>> Readings counters(
      String name,
      String help,
      String label,
      E[] constants,
      Function<E, String> meaning,
      ToLongFunction<E> value) {
    Metric metric = counters(name, help, label);
    for (E constant : constants) {
      metric.explained(value.applyAsLong(constant), label(constant), meaning.apply(constant));
    }
    return this;
  }

  /// How an enum's constant is written as a label.
  public static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
