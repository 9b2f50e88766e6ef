package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.Hash;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.wire.Text;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;

/// Two relays of one region.
final class MeshChecks {
  private MeshChecks() {}

  /// A packet for a client of the other relay goes there.
  static void passesPacketsOn(EquivalentSite site) throws Exception {
    Path key = Files.writeString(site.folder.resolve("mesh.key"), "5a".repeat(32) + "\n");
    var far = new EquivalentSite(Files.createDirectory(site.folder.resolve("far")));
    try (var _ = far.relay("--mesh-key-file=" + key)) {
      String fingerprint;
      try (var connection = RelayProcess.tls(far.tcp)) {
        fingerprint = "sha256-raw:" + Text.hex(Hash.sha256(connection.certificates().getFirst()));
      }
      try (var _ =
              site.bare(
                  site.development(),
                  "--open",
                  "--mesh-key-file=" + key,
                  "--mesh-with=" + far.tcp + "=" + fingerprint);
          var receiver = client(far, fingerprint);
          var sender = site.client(PrivateKey.generate(new SecureRandom()), DerpOptions.DEFAULT)) {
        assertThat(receiver.receive()).isInstanceOf(Event.Admitted.class);
        assertThat(sender.receive()).isInstanceOf(Event.Admitted.class);
        TcpChecks.await(
            "a packet from the other relay",
            () -> {
              sender.send(receiver.key(), new byte[] {1, 2, 3});
              var heard = receiver.hear(Duration.ofSeconds(1));
              return heard != null && heard.event() instanceof Event.Received;
            });
      }
    }
  }

  private static DerpHttpClient client(EquivalentSite at, String fingerprint) {
    return DerpHttpClient.of(
        URI.create("https://" + at.tcp + "/derp"),
        PrivateKey.generate(new SecureRandom()),
        HttpOptions.DEFAULT.withEnvironment(Map.of()).withCertName(fingerprint),
        new SecureRandom(),
        Clock.SYSTEM);
  }
}
