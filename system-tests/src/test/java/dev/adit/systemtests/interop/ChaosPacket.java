package dev.adit.systemtests.interop;

import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/// A packet of a disturbed region (interop/chaos.go makes the same). Its first 8 bytes are no other
/// packet's: the first bit says that it had its hop, the second that it is Tailscale's client's.
/// All further bytes are the last of these.
final class ChaosPacket {
  static final int MIN_BYTES = Long.BYTES;
  private static final int MAX_BYTES = 1400;
  private static final long HOPPED = Long.MIN_VALUE;

  private static final AtomicLong IDS = new AtomicLong();

  private ChaosPacket() {}

  /// @param hopped true if the sender forwards it, as another relay would
  static byte[] make(boolean hopped) {
    long id = IDS.incrementAndGet();
    byte[] packet = new byte[ThreadLocalRandom.current().nextInt(MIN_BYTES, MAX_BYTES + 1)];
    ByteBuffer.wrap(packet).putLong(hopped ? id | HOPPED : id);
    for (int i = MIN_BYTES; i < packet.length; i++) {
      packet[i] = (byte) id;
    }
    return packet;
  }

  static boolean isWhole(byte[] packet) {
    for (int i = MIN_BYTES; i < packet.length; i++) {
      if (packet[i] != packet[MIN_BYTES - 1]) {
        return false;
      }
    }
    return packet.length >= MIN_BYTES;
  }

  static long id(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).getLong(offset);
  }

  /// True if a relay must deliver it or drop it, and not pass it on.
  static boolean hadItsHop(long id) {
    return (id & HOPPED) != 0;
  }
}
