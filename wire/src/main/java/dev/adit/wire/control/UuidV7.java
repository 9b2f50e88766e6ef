package dev.adit.wire.control;

import java.util.UUID;
import java.util.random.RandomGenerator;

/// Ids whose order is that of their making (RFC 9562 §5.7): 48 bits of milliseconds, 74 random.
public final class UuidV7 {
  private UuidV7() {}

  /// @param millis since 1970
  public static UUID of(long millis, RandomGenerator random) {
    long high = millis << 16 | 0x7000 | random.nextLong() & 0xfff;
    long low = 0x8000_0000_0000_0000L | random.nextLong() >>> 2;
    return new UUID(high, low);
  }

  /// The 16 bytes of any UUID, in the order of its text: the form in hashes (control §0).
  public static byte[] bytes(UUID id) {
    byte[] bytes = new byte[16];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (id.getMostSignificantBits() >>> (56 - 8 * i));
      bytes[8 + i] = (byte) (id.getLeastSignificantBits() >>> (56 - 8 * i));
    }
    return bytes;
  }
}
