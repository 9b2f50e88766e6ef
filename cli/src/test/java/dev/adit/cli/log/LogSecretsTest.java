package dev.adit.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.adit.cli.Words;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.log.LogLine;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Text;
import dev.adit.wire.control.AdminToken;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Coordinator, relay and agents really talk to each other and lose each other; what they log above
/// DEBUG tells nobody an address, a key or a secret.
@Timeout(180)
class LogSecretsTest {
  private static final Logger ROOT =
      (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

  @TempDir Path folder;
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Map<String, byte[]> secrets = new LinkedHashMap<>();
  private Level before = Level.INFO;

  @BeforeEach
  void listens() {
    before = ROOT.getLevel();
    ROOT.setLevel(Level.INFO);
    logged.start();
    ROOT.addAppender(logged);
  }

  @AfterEach
  void stopsListening() {
    ROOT.detachAppender(logged);
    ROOT.setLevel(before);
  }

  @Test
  void nothingAboveDebugTellsAddressesKeysOrSecrets() throws Exception {
    liveAndLose();
    List<ILoggingEvent> events = List.copyOf(logged.list);
    assertThat(events.stream().map(LogSecretsTest::name))
        .contains(
            "network_made",
            "node_joined",
            "join_refused",
            "node_removed",
            "coordinator_connected",
            "coordinator_lost",
            "relay_connected",
            "relay_lost",
            "path_changed",
            "usable");
    for (boolean json : new boolean[] {false, true}) {
      var text = new StringBuilder();
      var encoder = new LineEncoder(json, true);
      for (ILoggingEvent event : events) {
        text.append(new String(encoder.encode(event), StandardCharsets.UTF_8));
      }
      holdsNoSecret(text.toString());
    }
  }

  /// The statements themselves are clean, too; only texts of exceptions need the encoder.
  @Test
  void theStatementsThemselvesHandOverNoKeys() throws Exception {
    liveAndLose();
    secrets.keySet().removeIf(name -> name.startsWith("address"));
    var text = new StringBuilder();
    for (ILoggingEvent event : List.copyOf(logged.list)) {
      text.append(event.getFormattedMessage()).append(event.getKeyValuePairs()).append('\n');
    }
    holdsNoSecret(text.toString());
  }

  private void liveAndLose() throws Exception {
    secrets.put("address of the server", IpAddress.literal("127.0.0.1").bytes());
    secrets.put("address text", "127.0.0.1".getBytes(StandardCharsets.US_ASCII));
    try (var site = new Site(folder)) {
      secrets.put("secret of the join key", site.joinKey().secret());
      secrets.put("key of the relay", site.relay.key().bytes());
      secrets.put(
          "admin token",
          AdminToken.parse(Files.readString(site.coordinator.adminTokenFile())).secret());
      var one = new Words();
      var two = new Words();
      try (var _ = site.agent("one", site.joinKey().text(), one);
          var _ = site.agent("two", site.joinKey().text(), two)) {
        assertThat(one.next()).isEqualTo("ready");
        assertThat(two.next()).isEqualTo("ready");
        remember(site, "one", one);
        remember(site, "two", two);
        refusedJoin(site);
        awaitEvent("path_changed");
        remove(site, "two");
        assertThat(two.next()).startsWith("failed ");
        site.stop();
        awaitEvent("coordinator_lost");
        awaitEvent("relay_lost");
      }
    }
  }

  private static void refusedJoin(Site site) throws Exception {
    var random = new SecureRandom();
    JoinKey unknown = JoinKey.create(site.joinKey().url(), site.joinKey().root(), random);
    var stranger = new Words();
    try (var _ = site.agent("stranger", unknown.text(), stranger)) {
      assertThat(stranger.next()).startsWith("failed join key ");
    }
  }

  private static void remove(Site site, String node) {
    var request =
        new HttpRequest("DELETE", "/api/v1/nodes/" + node, null, Map.of(), new byte[0], null, null);
    assertThat(site.coordinator.api().handle(request).status()).isEqualTo(204);
  }

  private void remember(Site site, String name, Words words) throws IOException {
    for (String file : List.of("machine.key", "node.key")) {
      byte[] secret = Base64.getDecoder().decode(Files.readString(site.file(name, file)).strip());
      secrets.put("private " + file + " of " + name, secret);
      secrets.put("public " + file + " of " + name, PrivateKey.of(secret).publicKey().bytes());
    }
    String address = String.valueOf(words.address());
    secrets.put("address of " + name, address.getBytes(StandardCharsets.US_ASCII));
  }

  private void awaitEvent(String name) {
    while (List.copyOf(logged.list).stream().noneMatch(event -> name(event).equals(name))) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static String name(ILoggingEvent event) {
    var pairs = event.getKeyValuePairs();
    return pairs == null
        ? ""
        : pairs.stream()
            .filter(pair -> pair.key.equals(LogLine.EVENT))
            .map(pair -> String.valueOf(pair.value))
            .findFirst()
            .orElse("");
  }

  private void holdsNoSecret(String text) {
    assertThat(text).isNotEmpty();
    secrets.forEach((name, secret) -> {
      for (String form : forms(secret)) {
        assertThat(text.contains(form)).as(name + " as " + form + " in\n" + text).isFalse();
      }
    });
  }

  /// Raw, hex, base64 of both alphabets.
  private static List<String> forms(byte[] secret) {
    List<String> forms = new ArrayList<>();
    forms.add(new String(secret, StandardCharsets.ISO_8859_1));
    if (secret.length >= 16) { // four bytes in hex may be anywhere
      String hex = HexFormat.of().formatHex(secret);
      forms.add(hex);
      forms.add(hex.toUpperCase(Locale.ROOT));
      forms.add(Base64.getEncoder().withoutPadding().encodeToString(secret));
      forms.add(Text.b64(secret));
    }
    return forms;
  }
}
