package dev.adit.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.derp.ClientInfo;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VerdictCacheTest {
  private static final long SECOND = 1_000_000_000L;
  private static final PublicKey KEY = PrivateKey.generate(new Random(1)).publicKey();

  private final VerdictCache cache = new VerdictCache(30 * SECOND);

  private static Applicant from(String address) {
    return new Applicant(KEY, IpAddress.literal(address), ClientInfo.OURS);
  }

  @Test
  void remembersAYesAsLongAsItMayAndANoForFiveSeconds() {
    cache.put(from("192.0.2.1"), true, 0);
    cache.put(from("192.0.2.2"), false, 0);
    assertThat(cache.get(from("192.0.2.1"), 30 * SECOND - 1)).isTrue();
    assertThat(cache.get(from("192.0.2.1"), 30 * SECOND)).isNull();
    assertThat(cache.get(from("192.0.2.2"), 5 * SECOND - 1)).isFalse();
    assertThat(cache.get(from("192.0.2.2"), 5 * SECOND)).isNull();
  }

  @Test
  void forgetsTheOldestBeyondItsLimit() {
    var random = new Random(2);
    cache.put(from("192.0.2.1"), true, 0);
    for (int i = 0; i < VerdictCache.MOST; i++) {
      var key = new byte[PublicKey.BYTES];
      random.nextBytes(key);
      cache.put(new Applicant(PublicKey.of(key), null, ClientInfo.OURS), true, 0);
    }
    assertThat(cache.get(from("192.0.2.1"), 1)).isNull();
  }

  @Test
  void remembersNothingIfItMayNot() {
    var none = new VerdictCache(0);
    none.put(from("192.0.2.1"), true, 0);
    assertThat(none.get(from("192.0.2.1"), 0)).isNull();
  }
}
