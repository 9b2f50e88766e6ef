package dev.adit.net.metrics;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// A counter for each constant of an enum. Thread-safe, and quick where many threads count at once;
/// counting allocates nothing.
///
/// @param <E> what is counted
public final class Counts<E extends Enum<E>> {
  private final Map<E, LongAdder> adders; // filled once and then only read

  public Counts(Class<E> type) {
    adders = new EnumMap<>(type);
    for (E what : type.getEnumConstants()) {
      adders.put(what, new LongAdder());
    }
  }

  public void count(E what) {
    add(what, 1);
  }

  /// @param amount negative when a gauge falls
  public void add(E what, long amount) {
    adder(what).add(amount);
  }

  public long value(E what) {
    return adder(what).sum();
  }

  private LongAdder adder(E what) {
    return requireNonNull(adders.get(what));
  }
}
