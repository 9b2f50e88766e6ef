package dev.adit.testkit;

import java.util.random.RandomGenerator;

/// One direction between two hosts of a [SimNetwork]. Its properties may change at any time and
/// hold for what is sent afterwards.
public final class SimLink {
  private long delay;
  private long jitter;
  private double loss;
  private boolean blocked;
  private int maxBytes = 65_535;

  SimLink(long delay) {
    this.delay = delay;
  }

  public void delay(long nanos) {
    delay = nanos;
  }

  /// Each datagram takes up to this much longer: they overtake each other.
  public void jitter(long nanos) {
    jitter = nanos;
  }

  /// @param probability 0 to 1, of each datagram
  public void loss(double probability) {
    loss = probability;
  }

  public void blocked(boolean nowBlocked) {
    blocked = nowBlocked;
  }

  /// Longer UDP payloads vanish, as behind a black hole of path MTU discovery.
  public void maxBytes(int bytes) {
    maxBytes = bytes;
  }

  public boolean isBlocked() {
    return blocked;
  }

  /// How long this datagram travels; negative if it is lost.
  long travelTime(int bytes, RandomGenerator random) {
    if (blocked || bytes > maxBytes || loss > 0 && random.nextDouble() < loss) {
      return -1;
    }
    return delay + (jitter > 0 ? random.nextLong(jitter) : 0);
  }
}
