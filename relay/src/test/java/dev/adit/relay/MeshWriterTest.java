package dev.adit.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.derp.PacketKind;
import dev.adit.crypto.PublicKey;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

final class MeshWriterTest {
  private static final PublicKey A = PublicKey.of(key(1));
  private static final PublicKey B = PublicKey.of(key(2));

  private final LinkedBlockingQueue<byte[]> written = new LinkedBlockingQueue<>();

  private static byte[] key(int value) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) value;
    return bytes;
  }

  private static void packet(MeshWriter writer) {
    byte[] bytes = new byte[100];
    writer.queue().forward(A, B, bytes, 0, bytes.length, PacketKind.of(bytes, 0, bytes.length));
  }

  /// A write that blocks parks its thread, and so may use up the call that woke it for a packet
  /// that came meanwhile.
  @Test
  void aPacketThatComesDuringAWriteThatBlocksIsWritten() throws Exception {
    var self = new MeshWriter[1];
    var first = new boolean[] {true};
    try (var writer =
        new MeshWriter(
            frames -> {
              if (first[0]) {
                first[0] = false;
                packet(self[0]);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
              }
              written.add(frames);
            },
            () -> {},
            new RelayMetrics())) {
      self[0] = writer;
      writer.start();
      packet(writer);

      assertThat(written.poll(10, TimeUnit.SECONDS)).as("the first packet").isNotNull();
      assertThat(written.poll(10, TimeUnit.SECONDS)).as("the second packet").isNotNull();
    }
  }

  @Test
  void anOrderIsWrittenBeforeThePacketsThatWait() throws Exception {
    try (var writer = new MeshWriter(written::add, () -> {}, new RelayMetrics())) {
      packet(writer);
      assertThat(writer.order(new byte[] {42})).isTrue();
      writer.start();

      byte[] frames = written.poll(10, TimeUnit.SECONDS);
      assertThat(frames).isNotNull().startsWith((byte) 42).hasSizeGreaterThan(100);
    }
  }
}
