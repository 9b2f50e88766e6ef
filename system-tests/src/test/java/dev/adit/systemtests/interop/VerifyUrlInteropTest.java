package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Json;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A `derper` asks our coordinator whom to serve (RR-43, X-39).
@Interop
class VerifyUrlInteropTest {
  @TempDir Path folder;

  @Test
  void derperServesNodesOfTheNetworkUntilItsUrlIsRevoked() throws Exception {
    try (var stage = Stage.open();
        var site =
            new ManagedSite(
                folder,
                "--cert=" + stage.certificates().resolve("127.0.0.1.crt"),
                "--cert-key=" + stage.certificates().resolve("127.0.0.1.key"))) {
      site.startCoordinator();
      var member = site.node("a");
      String run = "--run-dir=" + folder.resolve("run");
      var made =
          Json.parseObject(
              site.site.run(
                  "coordinator", "relay", "add", "--derper", "--out", "-", "-o", "json", run));
      String[] options = made.string("options").split(" ");
      assertThat(options).hasSize(2).contains("-verify-client-url-fail-open=false");
      Derper derper = Derper.plain(stage, "derper", options);
      var at = Endpoint.literal("127.0.0.1:" + derper.port());
      var stranger = PrivateKey.generate(new SecureRandom());
      assertThat(EquivalentSite.serves(at, member.key())).isTrue();
      assertThat(EquivalentSite.serves(at, stranger)).isFalse();

      assertThat(site.call("DELETE", "/nodes/a", "").status()).isEqualTo(204);
      assertThat(EquivalentSite.serves(at, member.key())).as("a removed node").isFalse();
      var other = site.node("b");
      assertThat(EquivalentSite.serves(at, other.key())).isTrue();
      site.site.run("coordinator", "relay", "remove", "--derper", made.string("id"), run);
      assertThat(EquivalentSite.serves(at, other.key())).as("after the URL's end").isFalse();
    }
  }
}
