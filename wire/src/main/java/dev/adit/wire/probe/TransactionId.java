package dev.adit.wire.probe;

import static dev.adit.wire.BigEndian.putU32;
import static dev.adit.wire.BigEndian.putU64;
import static dev.adit.wire.BigEndian.u32;
import static dev.adit.wire.BigEndian.u64;

import java.util.random.RandomGenerator;

/// The 12 random bytes by which a PONG names its PING: `high` is the first eight, `low` the rest.
public record TransactionId(long high, int low) {
  public static final int BYTES = 12;

  public static TransactionId random(RandomGenerator random) {
    return new TransactionId(random.nextLong(), random.nextInt());
  }

  static TransactionId read(byte[] bytes, int at) {
    return new TransactionId(u64(bytes, at), u32(bytes, at + 8));
  }

  void write(byte[] bytes, int at) {
    putU64(bytes, at, high);
    putU32(bytes, at + 8, low);
  }
}
