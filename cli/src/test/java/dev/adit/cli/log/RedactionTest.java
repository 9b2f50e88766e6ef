package dev.adit.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SigningKey;
import dev.adit.wire.Text;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RedactionTest {
  @Test
  void hidesAddressesOfBothFamilies() {
    assertThat(Redaction.of("192.0.2.1:443: Connection refused"))
        .isEqualTo("<address>:443: Connection refused");
    assertThat(Redaction.of("no route to 10.77.0.1.")).isEqualTo("no route to <address>.");
    assertThat(Redaction.of("[2001:db8::1]:443: timed out"))
        .isEqualTo("[<address>]:443: timed out");
    assertThat(Redaction.of("fd5a:1d17:77:1::2: unreachable")).isEqualTo("<address>: unreachable");
    assertThat(Redaction.of("from fe80::1%eth0 to ::1"))
        .isEqualTo("from <address>%eth0 to <address>");
    assertThat(Redaction.of("mapped ::ffff:192.0.2.1 (and 2001:db8:0:0:0:0:0:1)"))
        .isEqualTo("mapped <address> (and <address>)");
    assertThat(Redaction.of("https://203.0.113.10/ is not to be trusted"))
        .isEqualTo("https://<address>/ is not to be trusted");
  }

  @Test
  void hidesKeysAndSecretsInEveryFormTheyAreWrittenIn() {
    var random = new Random(1);
    for (int i = 0; i < 200; i++) {
      PrivateKey key = PrivateKey.generate(random);
      for (byte[] bytes : new byte[][] {key.bytes(), key.publicKey().bytes()}) {
        assertThat(Redaction.of("key " + Text.wireGuardKey(bytes) + ", bad"))
            .isEqualTo("key <key>, bad");
        assertThat(Redaction.of("(" + HexFormat.of().formatHex(bytes) + ")")).isEqualTo("(<key>)");
        assertThat(Redaction.of("root " + Text.b64(bytes))).isEqualTo("root <key>");
      }
      String join =
          JoinKey.create(
                  HttpsUrl.literal("https://vpn.example.org"),
                  SigningKey.generate(random).verifyingKey(),
                  random)
              .text();
      assertThat(Redaction.of("run: adit up '" + join + "'"))
          .isEqualTo("run: adit up 'https://vpn.example.org/#adit1.<key>'");
      byte[] secret = new byte[24];
      random.nextBytes(secret);
      assertThat(Redaction.of("token AAECAwQF." + Text.b64(secret)))
          .isEqualTo("token AAECAwQF.<key>");
    }
  }

  @Test
  void leavesWhatOperatorsNeed() {
    for (String text :
        new String[] {
          "2026-11-21T20:54:15.950Z",
          "node printer (019a0000-0000-7000-8000-0000000000b2) in 20:54:15",
          "/var/lib/adit/coordinator.db.schema-1",
          "adit 0.1.0-SNAPSHOT on 25.0.3",
          "dev.adit.coordinator.stream.CoordinatorSession$Output",
          "a-rather-long-name-of-a-node-with-63-characters-and-digits-0123",
          "machine [aB3dE]",
          "reason: disk full: 100 %"
        }) {
      assertThat(Redaction.of(text)).isEqualTo(text);
    }
  }
}
