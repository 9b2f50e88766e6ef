package dev.adit.systemtests.interop;

import java.time.Duration;
import java.util.List;

/// How long and how hard a region is disturbed ([ChaosRun]). Immutable.
///
/// @param clients connections at a time, half of them Tailscale's
/// @param time of the disturbance
/// @param warmUp before it, after which is measured what a relay has at rest
/// @param killEvery one node of the three is killed so often
/// @param relayOptions for each node
/// @param silenceFound how soon a relay must have noticed that a client has fallen silent
/// @param moreBytesPercent by which the resident memory may have grown at the end
record ChaosPlan(
    int clients,
    Duration time,
    Duration warmUp,
    Duration killEvery,
    List<String> relayOptions,
    Duration silenceFound,
    int moreBytesPercent) {
  private static final Duration LONG = Duration.ofMinutes(5);

  /// What a relay does by itself: 60 to 65 s to the next frame that keeps alive, and 15 s in which
  /// nothing of it is acknowledged; the kernel looks at that time whenever it sends again.
  private static final Duration BY_ITSELF = Duration.ofSeconds(65 + 15 + 20);

  /// A short run has the kernel ask sooner ([#asksOften]).
  private static final List<String> SOONER = List.of("--tcp-keep-alive=5s");

  private static final Duration FOUND_SOONER = Duration.ofSeconds(5 + 15 + 20);

  private static final int AT_REST_PERCENT = 5;

  /// A relay that is half a minute old still compiles, and what the compiler leaves is given back
  /// later.
  private static final int YOUNG_PERCENT = 15;

  /// A plan for 5 minutes or more leaves the relays as operators have them.
  static ChaosPlan of(int clients, Duration time) {
    boolean isLong = time.compareTo(LONG) >= 0;
    return new ChaosPlan(
        clients,
        time,
        isLong ? Duration.ofMinutes(1) : Duration.ofSeconds(20),
        isLong ? Duration.ofMinutes(1) : time.dividedBy(2),
        isLong ? List.of() : SOONER,
        isLong ? BY_ITSELF : FOUND_SOONER,
        isLong ? AT_REST_PERCENT : YOUNG_PERCENT);
  }

  /// True if the kernel is to repeat its question to a quiet client every two seconds.
  boolean asksOften() {
    return !relayOptions.isEmpty();
  }

  /// So that a connection lives 50 s on average.
  int breaksPerSecond() {
    return Math.max(1, clients / 50);
  }
}
