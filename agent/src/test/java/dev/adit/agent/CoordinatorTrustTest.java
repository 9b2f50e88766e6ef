package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.control.Reconnect.Target;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SigningKey;
import dev.adit.net.Clock;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoordinatorTrustTest {
  private static final Random RANDOM = new Random(1);
  private static final Instant NOW = Instant.ofEpochSecond(1_763_712_000);
  private static final HttpsUrl URL = HttpsUrl.literal("https://vpn.example.org");
  private static final Target BY = new Target(URL, null);
  private static final SigningKey ROOT = SigningKey.generate(RANDOM);
  private static final PublicKey CHANNEL = PrivateKey.generate(RANDOM).publicKey();
  private static final Envelope DOCUMENT = document();

  @TempDir Path folder;

  /// C-30: the agent joins, knows the time, and says how wrong its clock is; also after a restart.
  @ParameterizedTest
  @CsvSource({
    "P3D, this machine's clock is 259200 s ahead of the coordinator's",
    "P-7300D, this machine's clock is 630720000 s behind the coordinator's",
    "PT-61S, this machine's clock is 61 s behind the coordinator's",
  })
  void worksWithAWrongClockAndShowsIt(Duration wrong, String said) throws Exception {
    var clock = new WallClock(NOW.plus(wrong));
    String key = JoinKey.create(URL, ROOT.verifyingKey(), RANDOM).text();
    try (var files = AgentFiles.open(folder, false)) {
      var trust = CoordinatorTrust.open(config(key), files, clock);
      assertThat(trust.judge(DOCUMENT, "vpn.example.org").coordinator()).isEqualTo(id());
      assertThat(trust.skew()).as("not known yet").isNull();
      assertThat(trust.welcomed(welcome(), CHANNEL, 0, BY)).isTrue();
      assertThat(trust.skew()).isEqualTo(said);
      assertThat(trust.seconds()).isEqualTo(NOW.getEpochSecond());
    }
    try (var files = AgentFiles.open(folder, false)) {
      var again = CoordinatorTrust.open(config(null), files, clock);
      assertThat(again.skew()).isEqualTo(said);
      assertThat(again.seconds()).isEqualTo(NOW.getEpochSecond());
      assertThat(again.judge(DOCUMENT, "vpn.example.org").coordinator()).isEqualTo(id());
    }
  }

  @Test
  void saysNothingOfAMinute() throws Exception {
    var clock = new WallClock(NOW.plusSeconds(60));
    String key = JoinKey.create(URL, ROOT.verifyingKey(), RANDOM).text();
    try (var files = AgentFiles.open(folder, false)) {
      var trust = CoordinatorTrust.open(config(key), files, clock);
      var _ = trust.judge(DOCUMENT, "vpn.example.org");
      assertThat(trust.welcomed(welcome(), CHANNEL, 0, BY)).isTrue();
      assertThat(trust.skew()).isNull();
    }
  }

  @Test
  void aJumpOfTheClockDoesNotMatterWhileAStreamStands() throws Exception {
    var clock = new WallClock(NOW);
    String key = JoinKey.create(URL, ROOT.verifyingKey(), RANDOM).text();
    try (var files = AgentFiles.open(folder, false)) {
      var trust = CoordinatorTrust.open(config(key), files, clock);
      var _ = trust.judge(DOCUMENT, "vpn.example.org");
      assertThat(trust.welcomed(welcome(), CHANNEL, 0, BY)).isTrue();
      clock.wall = NOW.plus(Duration.ofDays(4));
      clock.nanos = Duration.ofSeconds(90).toNanos();
      assertThat(trust.seconds()).isEqualTo(NOW.getEpochSecond() + 90);
      trust.streamClosed();
      assertThat(trust.seconds()).isEqualTo(NOW.getEpochSecond() + 4 * 86_400);
    }
  }

  private AgentConfig config(@Nullable String key) {
    return new AgentConfig(
        folder,
        folder,
        "adit0",
        null,
        key,
        null,
        DataMode.AUTO,
        List.of(),
        0,
        0,
        null,
        false,
        folder.resolve("helper.sock"));
  }

  private static Welcome welcome() {
    return new Welcome(1, 1, List.of(), "test", NOW.toEpochMilli(), 17, DOCUMENT, List.of());
  }

  private static UUID id() {
    return UUID.fromString("019a0000-0000-7000-8000-000000000001");
  }

  private static Envelope document() {
    long now = NOW.getEpochSecond();
    var identity =
        new Identity(
            id(),
            now,
            now,
            now + 400 * 86_400L,
            ROOT.verifyingKey(),
            List.of(CHANNEL),
            List.of(SigningKey.generate(RANDOM).verifyingKey()),
            List.of(URL),
            List.of());
    return Envelope.sign(Context.IDENTITY, identity.body(), ROOT);
  }

  private static final class WallClock implements Clock {
    private Instant wall;
    private long nanos;

    WallClock(Instant wall) {
      this.wall = wall;
    }

    @Override
    public Instant wall() {
      return wall;
    }

    @Override
    public long nanos() {
      return nanos;
    }
  }
}
