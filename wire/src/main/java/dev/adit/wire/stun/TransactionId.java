package dev.adit.wire.stun;

import dev.adit.wire.BigEndian;
import java.util.random.RandomGenerator;

/// The 12 random bytes that bind a response to its request, big-endian in two numbers.
public record TransactionId(int high, long low) {
  public static final int BYTES = 12;

  /// @param random must be cryptographically secure outside of tests: it is all that keeps a
  ///   stranger from answering
  public static TransactionId random(RandomGenerator random) {
    return new TransactionId(random.nextInt(), random.nextLong());
  }

  /// Reads 12 bytes from `offset`.
  public static TransactionId of(byte[] bytes, int offset) {
    return new TransactionId(
        BigEndian.u32(bytes, offset),
        (long) BigEndian.u32(bytes, offset + 4) << 32
            | BigEndian.u32(bytes, offset + 8) & 0xffff_ffffL);
  }

  void copyTo(byte[] target, int offset) {
    BigEndian.putU32(target, offset, high);
    BigEndian.putU32(target, offset + 4, (int) (low >>> 32));
    BigEndian.putU32(target, offset + 8, (int) low);
  }
}
