package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells a machine that reconnects from two machines that use one identity (control R-DB-6).
///
/// A copied disk makes two processes take the stream from each other again and again. So a takeover
/// by an instance that was superseded before counts; the third within 60 s means *duplicate*: the
/// running stream stays, newcomers are refused until 15 minutes passed without one. The same
/// instance reconnecting over a half-open connection never counts.
///
/// Remembers at most [#MOST_MACHINES], the longest silent is forgotten. Not thread-safe.
public final class Takeovers {
  static final int MOST_MACHINES = 10_000;
  private static final int MOST_INSTANCES = 16;
  private static final int COUNTED_TAKEOVERS = 3;
  private static final long WITHIN = 60_000_000_000L;
  private static final long DUPLICATE_FOR = 15 * 60_000_000_000L;

  private final Map<PublicKey, Machine> machines =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PublicKey, Machine> eldest) {
          return size() > MOST_MACHINES;
        }
      };

  private static final class Machine {
    private final LinkedHashSet<String> superseded = new LinkedHashSet<>();
    private final ArrayDeque<Long> counted = new ArrayDeque<>();
    private long duplicateUntil;
  }

  /// A machine opened a stream.
  ///
  /// @param running the instance of its running stream; null if there is none
  /// @return true if the new stream takes over; false if it is a duplicate to be refused
  public boolean streamOpened(
      PublicKey machineKey, String instance, @Nullable String running, long now) {
    if (running == null || running.equals(instance)) {
      return true;
    }
    Machine machine = machines.computeIfAbsent(machineKey, key -> new Machine());
    if (now < machine.duplicateUntil) {
      machine.duplicateUntil = now + DUPLICATE_FOR;
      return false;
    }
    if (machine.superseded.contains(instance)) {
      machine.counted.addLast(now);
    }
    while (!machine.counted.isEmpty() && machine.counted.getFirst() <= now - WITHIN) {
      machine.counted.removeFirst();
    }
    if (machine.counted.size() >= COUNTED_TAKEOVERS) {
      machine.counted.clear();
      machine.duplicateUntil = now + DUPLICATE_FOR;
      return false;
    }
    machine.superseded.add(running);
    if (machine.superseded.size() > MOST_INSTANCES) {
      machine.superseded.removeFirst();
    }
    return true;
  }
}
