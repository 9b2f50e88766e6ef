package dev.adit.relay;

import dev.adit.core.derp.DerpCounter;
import dev.adit.core.stun.StunCounter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// Everything a relay counts: its dashboard. Thread-safe.
public final class RelayMetrics {
  // Filled once and then only read.
  private final Map<DerpCounter, LongAdder> derp = adders(DerpCounter.class);
  private final Map<StunCounter, LongAdder> stun = adders(StunCounter.class);

  RelayMetrics() {}

  private static <C extends Enum<C>> Map<C, LongAdder> adders(Class<C> counters) {
    var adders = new EnumMap<C, LongAdder>(counters);
    for (C counter : counters.getEnumConstants()) {
      adders.put(counter, new LongAdder());
    }
    return adders;
  }

  /// One value with its name and what it means.
  ///
  /// @param name such as `derp_packets_sent`
  public record Reading(String name, String sentence, long value) {}

  void add(DerpCounter counter, long amount) {
    adder(derp, counter).add(amount);
  }

  void add(StunCounter counter, long amount) {
    adder(stun, counter).add(amount);
  }

  private static <C> LongAdder adder(Map<C, LongAdder> adders, C counter) {
    return Objects.requireNonNull(adders.get(counter));
  }

  public long value(DerpCounter counter) {
    return adder(derp, counter).sum();
  }

  public long value(StunCounter counter) {
    return adder(stun, counter).sum();
  }

  /// All of them, in the enums' order.
  public List<Reading> readings() {
    var readings = new ArrayList<Reading>();
    for (var counter : DerpCounter.values()) {
      readings.add(new Reading(name("derp_", counter), counter.sentence(), value(counter)));
    }
    for (var counter : StunCounter.values()) {
      readings.add(new Reading(name("stun_", counter), counter.sentence(), value(counter)));
    }
    return readings;
  }

  private static String name(String prefix, Enum<?> counter) {
    return prefix + counter.name().toLowerCase(Locale.ROOT);
  }
}
