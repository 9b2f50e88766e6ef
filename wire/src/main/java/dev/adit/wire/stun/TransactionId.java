package dev.adit.wire.stun;

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
        Bytes.readInt(bytes, offset),
        (long) Bytes.readInt(bytes, offset + 4) << 32
            | Bytes.readInt(bytes, offset + 8) & 0xffff_ffffL);
  }

  void copyTo(byte[] target, int offset) {
    Bytes.putInt(target, offset, high);
    Bytes.putInt(target, offset + 4, (int) (low >>> 32));
    Bytes.putInt(target, offset + 8, (int) low);
  }
}
