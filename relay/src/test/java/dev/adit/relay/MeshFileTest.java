package dev.adit.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpServerOptions;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.wire.derp.MeshKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshFileTest {
  private final SecureRandom random = new SecureRandom();

  @TempDir Path folder;

  @Test
  void followsTheFileAndKeepsTheOldListWhenItIsBad() throws Exception {
    Path file = Files.writeString(folder.resolve("mesh"), "http://127.0.0.1:1 # one\n");
    var always = Set.of(MeshPeer.parse("http://127.0.0.1:2"));
    var meshKey = MeshKey.parse("0123456789abcdef".repeat(4));
    var options = HttpOptions.DEFAULT.withEnvironment(Map.of());
    try (var relay = relay(meshKey);
        var peers = MeshPeers.of(relay, meshKey, options, Clock.SYSTEM, random);
        var followed = MeshFile.open(file, always, peers)) {
      assertThat(peers.wanted()).isEqualTo(2);
      Files.writeString(file, "http://127.0.0.1:1,http://127.0.0.1:3\n");
      followed.look();
      assertThat(peers.wanted()).isEqualTo(3);
      Files.writeString(file, "a/b/c\n");
      followed.look();
      assertThat(peers.wanted()).isEqualTo(3);
      Files.writeString(file, "# nobody any more\n");
      followed.look();
      assertThat(peers.wanted()).isEqualTo(1);
      assertThat(peers.up()).isZero();
      Files.writeString(file, "a/b/c\n");
      assertThatThrownBy(() -> MeshFile.open(file, always, peers))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("a/b/c");
    }
  }

  private Relay relay(MeshKey meshKey) throws IOException {
    var config =
        new RelayConfig(
                folder, "t", "here", 900, List.of(), List.of(), 443, List.of(), List.of(),
                List.of())
            .withDerp(DerpServerOptions.DEFAULT.withMeshKey(meshKey));
    return Relay.open(
        config, PrivateKey.generate(random), new OpenAdmission(), Clock.SYSTEM, random);
  }
}
