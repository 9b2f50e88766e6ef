package dev.adit.net.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RelayMetaTest {
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private final RelayMeta meta = new RelayMeta(PublicKey.of(new byte[32]), 2, new Random(1));

  @Test
  void isTheSameForTenDaysAndThenAnotherLongBeforeItEnds() {
    var first = meta.current(START);
    assertThat(meta.current(START.plus(Duration.ofDays(10)))).isSameAs(first);
    var second = meta.current(START.plus(Duration.ofDays(10)).plusSeconds(1));
    assertThat(second).isNotEqualTo(first);
    assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
    assertThat(second.getSubjectX500Principal()).isEqualTo(first.getSubjectX500Principal());
    assertThat(second.getNotAfter()).isEqualTo("2026-04-10T00:00:01Z");
  }

  @Test
  void followsAClockThatIsSetBack() throws Exception {
    var first = meta.current(START);
    Instant before = START.minus(Duration.ofDays(400));
    assertThat(meta.current(START.minusSeconds(60))).isSameAs(first);
    meta.current(before).checkValidity(java.util.Date.from(before));
  }
}
