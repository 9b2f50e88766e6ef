package dev.adit.net.metrics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One thing a program tells of itself, with a value for each combination of labels. Filled by
/// [Readings] and then only read; confined to one thread until it is.
public final class Metric {
  /// How a value behaves.
  public enum Kind {
    /// Only rises, until the program starts anew.
    COUNTER,
    /// Rises and falls.
    GAUGE,
    /// A counter for each range of values: one label, `le`, whose samples do not hold those of the
    /// ranges below; and the values' [Metric#sum].
    HISTOGRAM
  }

  /// @param labels values of the metric's labels, in their order
  public record Sample(List<String> labels, double value) {}

  private final String name;
  private final Kind kind;
  private final String help;
  private final List<String> labels;
  private final List<Sample> samples = new ArrayList<>();
  private final Map<String, String> meanings = new LinkedHashMap<>();
  private double sum;

  Metric(String name, Kind kind, String help, List<String> labels) {
    if (kind == Kind.COUNTER != name.endsWith("_total")) {
      throw new IllegalArgumentException(name + ": counters, and no others, end with _total");
    }
    this.name = name;
    this.kind = kind;
    this.help = help;
    this.labels = List.copyOf(labels);
  }

  /// What a histogram holds now.
  Metric add(Histogram histogram) {
    samples.addAll(histogram.samples());
    sum = histogram.sum();
    return this;
  }

  /// Of a histogram: all values together.
  public double sum() {
    return sum;
  }

  /// Adds a value.
  ///
  /// @param labelValues one for each label
  public Metric add(double value, String... labelValues) {
    if (labelValues.length != labels.size()) {
      throw new IllegalArgumentException(name + ": needs values of " + labels);
    }
    samples.add(new Sample(List.of(labelValues), value));
    return this;
  }

  /// Adds a count; exact up to 2⁵³.
  public Metric add(long value, String... labelValues) {
    return add((double) value, labelValues);
  }

  /// Says what a value of the first label means.
  public Metric explain(String labelValue, String meaning) {
    meanings.put(labelValue, meaning);
    return this;
  }

  /// Adds a count of a metric with one label, and says what that label's value means.
  public Metric explained(long value, String labelValue, String meaning) {
    meanings.put(labelValue, meaning);
    return add(value, labelValue);
  }

  /// The whole name, such as `adit_derp_packets_sent_total`.
  public String name() {
    return name;
  }

  public Kind kind() {
    return kind;
  }

  /// One sentence.
  public String help() {
    return help;
  }

  /// Names of the labels.
  public List<String> labels() {
    return labels;
  }

  public List<Sample> samples() {
    return List.copyOf(samples);
  }

  /// What the values of the first label mean, for the documentation; empty where they speak for
  /// themselves.
  public Map<String, String> meanings() {
    return Collections.unmodifiableMap(meanings);
  }
}
