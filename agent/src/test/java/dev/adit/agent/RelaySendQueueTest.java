package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RelaySendQueueTest {
  private final AtomicInteger dropped = new AtomicInteger();
  private final RelaySendQueue queue = new RelaySendQueue(dropped::incrementAndGet);

  @Test
  void keeps512FramesWithPriorityAnd128OthersAndDropsTheOldest() throws InterruptedException {
    for (int i = 0; i <= 512; i++) {
      queue.add(new byte[] {1, (byte) i}, true);
    }
    for (int i = 0; i <= 128; i++) {
      queue.add(new byte[] {2, (byte) i}, false);
    }
    assertThat(dropped).hasValue(2);
    byte[] batch = new byte[4096];
    assertThat(queue.take(batch)).isEqualTo(2 * (512 + 128));
    assertThat(batch).startsWith(1, 1);
    assertThat(batch[2 * 512]).isEqualTo((byte) 2);
    assertThat(batch[2 * 512 + 1]).isEqualTo((byte) 1);
  }
}
