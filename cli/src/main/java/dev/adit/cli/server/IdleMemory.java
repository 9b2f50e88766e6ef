package dev.adit.cli.server;

import dev.adit.net.Clock;
import java.time.Duration;

/// Gives the heap of a storm back to the system once the server rests: the serial collector gives
/// memory back only when it collects everything, and at rest it never has to. What the C library
/// keeps is returned by the Java machine's own `TrimNativeHeapInterval`. One thread.
final class IdleMemory {
  /// Between two looks.
  static final long INTERVAL_MILLIS = 15_000;

  private final Clock clock;
  private final Policy policy = new Policy(heap());
  private long before;
  private long cpuBefore;

  IdleMemory(Clock clock) {
    this.clock = clock;
    before = clock.nanos();
    cpuBefore = cpu();
  }

  /// To be called at intervals.
  void check() {
    long now = clock.nanos();
    long cpu = cpu();
    double share = (cpu - cpuBefore) / (double) Math.max(1, now - before);
    before = now;
    cpuBefore = cpu;
    if (policy.isWorthIt(heap(), share)) {
      System.gc();
      policy.collected(heap());
    }
  }

  /// When a collection of everything is worth its pause: at rest, and the heap has grown, or the
  /// last one gave something back, or it is large still. What is large may be in use, or was when
  /// the last collection came while connections stood: then it is asked for again after twice as
  /// many looks each time.
  static final class Policy {
    private static final long WORTH_BYTES = 2L << 20;
    private static final long LITTLE_BYTES = 1L << 20;
    private static final double REST = 0.1;
    private static final int MOST_LOOKS = 240; // an hour

    private final long first;
    private long heap;
    private long left; // bytes the heap had after the last collection, or at the start
    private boolean gaveBack;
    private int looks;
    private int pause = 1;

    /// @param first bytes that the heap has from the system at the start
    Policy(long first) {
      this.first = first;
      this.left = first;
    }

    /// @param now bytes that the heap has from the system
    /// @param share of one processor that the process used since the last look
    boolean isWorthIt(long now, double share) {
      heap = now;
      looks++;
      boolean grown = now - left >= WORTH_BYTES;
      boolean large = now - first >= WORTH_BYTES && looks >= pause;
      return share < REST && (grown || gaveBack || large);
    }

    /// @param now bytes that it has after a collection
    void collected(long now) {
      gaveBack = heap - now >= LITTLE_BYTES;
      pause = gaveBack ? 1 : Math.min(MOST_LOOKS, 2 * pause);
      looks = 0;
      left = now;
    }
  }

  private static long heap() {
    return Runtime.getRuntime().totalMemory();
  }

  /// Nanoseconds of processor time, as exact as the kernel's clock ticks.
  private static long cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }
}
