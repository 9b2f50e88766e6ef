package dev.adit.cli.server;

import dev.adit.net.Clock;
import java.time.Duration;

/// Gives the heap of a storm back to the system once the server rests: the serial collector gives
/// memory back only when it collects everything, and at rest it never has to. What the C library
/// keeps is returned by the Java machine's own `TrimNativeHeapInterval`. One thread.
final class IdleMemory {
  /// Between two looks.
  static final long INTERVAL_MILLIS = 15_000;

  private static final long WORTH_BYTES = 8L << 20;
  private static final long LITTLE_BYTES = 1L << 20;
  private static final double REST = 0.1;

  private final Clock clock;
  private long left; // bytes the heap had after the last collection, or at the start
  private boolean gaveBack; // the last collection: perhaps connections were just going
  private long before;
  private long cpuBefore;

  IdleMemory(Clock clock) {
    this.clock = clock;
    left = heap();
    before = clock.nanos();
    cpuBefore = cpu();
  }

  /// To be called at intervals: collects everything if the time since the last call was quiet and
  /// the heap has grown, and then until a collection gives nothing back.
  void check() {
    long now = clock.nanos();
    long cpu = cpu();
    double share = (cpu - cpuBefore) / (double) Math.max(1, now - before);
    before = now;
    cpuBefore = cpu;
    long heap = heap();
    if (isWorthIt(heap, left, gaveBack, share)) {
      System.gc();
      left = heap();
      gaveBack = heap - left >= LITTLE_BYTES;
    }
  }

  /// @param heap bytes that the heap has from the system
  /// @param left what it had after the last collection of everything
  /// @param gaveBack that collection shrank the heap, so the next one may, too
  /// @param share of one processor that the process used
  static boolean isWorthIt(long heap, long left, boolean gaveBack, double share) {
    return share < REST && (gaveBack || heap - left >= WORTH_BYTES);
  }

  private static long heap() {
    return Runtime.getRuntime().totalMemory();
  }

  /// Nanoseconds of processor time, as exact as the kernel's clock ticks.
  private static long cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }
}
