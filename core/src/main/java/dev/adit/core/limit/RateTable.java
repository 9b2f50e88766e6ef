package dev.adit.core.limit;

import java.util.random.RandomGenerator;

/// Counts events of very many sources in fixed memory: at most `limit` per source and second.
/// Confined to one thread.
///
/// Sources are 64-bit hashes under a secret seed, four to a row. A new source takes the place of
/// the one in its row whose second began first; so a flood of invented sources can make the table
/// forget one that was quiet, never make it refuse one. Two sources with one hash share a limit.
public final class RateTable {
  private static final int WAYS = 4;
  private static final long SECOND = 1_000_000_000L;

  private final long seed;
  private final int rowMask;
  private final long[] sources;
  private final long[] began;
  private final int[] counts;

  /// @param rows a power of two; each row takes 80 bytes
  /// @param random seeds the hash
  public RateTable(int rows, RandomGenerator random) {
    if (Integer.bitCount(rows) != 1) {
      throw new IllegalArgumentException("rate table: " + rows + " rows, needs a power of two");
    }
    seed = random.nextLong();
    rowMask = rows - 1;
    sources = new long[rows * WAYS];
    began = new long[rows * WAYS];
    counts = new int[rows * WAYS];
  }

  /// The hash of `length` bytes and of `salt`; never 0.
  public long hash(byte[] bytes, int length, int salt) {
    long h = seed ^ salt * 0x9e3779b97f4a7c15L;
    for (int i = 0; i < length; i++) {
      h = mix(h ^ bytes[i] & 0xff);
    }
    return h == 0 ? 1 : h;
  }

  /// True if this event of `source` is within its limit for the second under way.
  public boolean allow(long source, int limit, long now) {
    int row = (int) (source >>> 32 & rowMask) * WAYS;
    int victim = row;
    for (int i = row; i < row + WAYS; i++) {
      if (sources[i] == source) {
        if (now - began[i] >= SECOND) {
          began[i] = now;
          counts[i] = 0;
        }
        return counts[i] < limit && ++counts[i] > 0;
      }
      if (began[i] < began[victim]) {
        victim = i;
      }
    }
    sources[victim] = source;
    began[victim] = now;
    counts[victim] = 1;
    return limit > 0;
  }

  /// A bijection that spreads every bit (the finaliser of SplitMix64).
  private static long mix(long h) {
    h = (h ^ h >>> 30) * 0xbf58476d1ce4e5b9L;
    h = (h ^ h >>> 27) * 0x94d049bb133111ebL;
    return h ^ h >>> 31;
  }
}
