package dev.adit.core.path;

import java.util.Random;

/// Something that goes wrong for a while in a [Schedule].
///
/// @param who 0 or 1: whose direction, agent or relay connection
/// @param family 4, 6 or 0 for both
/// @param amount 0 to 1, how bad
record Disturbance(Kind kind, long from, long until, int who, int family, double amount) {
  enum Kind {
    LOSS,
    REORDERING,
    DELAY,
    ONE_WAY_BLOCK,
    BLOCK,
    RESTART,
    RELAY_LOST
  }

  static Disturbance random(Kind kind, Random random) {
    long from = random.nextLong(10_000) * Lab.MS;
    long longest = kind == Kind.RESTART ? 2_000 : 8_000;
    long until = from + (100 + random.nextLong(longest)) * Lab.MS;
    int family = new int[] {0, 0, 4, 6}[random.nextInt(4)];
    return new Disturbance(kind, from, until, random.nextInt(2), family, random.nextDouble());
  }

  boolean touches(boolean v4) {
    return family == 0 || (family == 4) == v4;
  }

  /// True if it loses datagrams that `sender` (0 or 1) sends on this family.
  boolean blocks(int sender, boolean v4) {
    return touches(v4) && (kind == Kind.BLOCK || kind == Kind.ONE_WAY_BLOCK && who == sender);
  }
}
