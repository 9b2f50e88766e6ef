package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.wire.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// By the name of derper's flag, what to start and what to see.
final class EquivalentChecks {
  /// Starts what has the place of one flag, and looks at it.
  @FunctionalInterface
  interface Check {
    void in(EquivalentSite site) throws Exception;
  }

  static final Map<String, Check> ALL = new LinkedHashMap<>();

  static {
    ALL.put("-a", EquivalentChecks::listens);
    ALL.put("-stun", EquivalentChecks::answersNoStun);
    ALL.put("-stun-port", EquivalentChecks::answersStun);
    ALL.put("-dev", EquivalentChecks::isForDevelopment);
    ALL.put("-version", EquivalentChecks::saysItsVersion);
    ALL.put("-c", EquivalentChecks::takesDerpersKey);
    ALL.put("DERP_DEBUG_LOGS", EquivalentChecks::logsMore);
  }

  private EquivalentChecks() {}

  private static void listens(EquivalentSite site) throws Exception {
    try (var _ = site.relay()) {
      assertThat(site.get("/derp/probe").status()).isEqualTo(200);
    }
  }

  private static void answersNoStun(EquivalentSite site) throws Exception {
    try (var _ = site.relay("--no-stun")) {
      assertThat(EquivalentSite.answersStun(site.udp)).isFalse();
    }
  }

  private static void answersStun(EquivalentSite site) throws Exception {
    try (var _ = site.relay()) {
      assertThat(EquivalentSite.answersStun(site.udp)).isTrue();
    }
  }

  /// The port is another than 3340 only because another test may have that.
  private static void isForDevelopment(EquivalentSite site) throws Exception {
    List<String> options =
        List.of("--dev", "--listen=" + site.tcp, "--no-stun", "--open", "--run-dir=" + site.folder);
    String first;
    try (var _ = site.bare(options)) {
      assertThat(site.plainGet(site.tcp, "/derp/probe").status()).isEqualTo(200);
      first = plainKey(site);
    }
    try (var _ = site.bare(options)) {
      assertThat(plainKey(site)).as("the key of a second start").isNotEqualTo(first);
    }
    assertThat(site.run("relay", "describe", "--dev")).contains("3340");
  }

  private static String plainKey(EquivalentSite site) throws Exception {
    try (var connection = RelayProcess.plain(site.tcp)) {
      return String.valueOf(EquivalentSite.upgrade(connection).header("derp-public-key"));
    }
  }

  private static void saysItsVersion(EquivalentSite site) throws Exception {
    assertThat(site.run("relay", "--version")).startsWith("adit ");
  }

  private static void takesDerpersKey(EquivalentSite site) throws Exception {
    byte[] secret = new byte[32];
    for (int i = 0; i < secret.length; i++) {
      secret[i] = (byte) i;
    }
    Path file = site.folder.resolve("derper.key");
    Files.writeString(file, "{\n  \"PrivateKey\": \"privkey:" + Text.hex(secret) + "\"\n}");
    try (var _ = site.relay("--key-file=" + file)) {
      assertThat(site.keyHex()).isEqualTo(PrivateKey.of(secret).publicKey().toHex());
    }
    Path fresh = site.folder.resolve("new").resolve("fresh.key");
    try (var _ = site.relay("--key-file=" + fresh)) {
      assertThat(fresh).isNotEmptyFile();
    }
  }

  private static void logsMore(EquivalentSite site) throws Exception {
    try (var relay = site.relay("--log-level=debug")) {
      assertThat(site.keyHex()).hasSize(64);
      relay.awaitOutput(" DEBUG ");
    }
  }
}
