package dev.adit.systemtests.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.local.LocalClient;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.control.JoinKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A coordinator and a relay that has joined it, two processes of `adit` on loopback.
///
///     nodes ── relay (HTTP, [EquivalentSite#tcp]) ── stream ── coordinator (TLS, [#at])
final class ManagedSite implements AutoCloseable {
  /// The relay's side.
  final EquivalentSite site;

  /// Where the coordinator is.
  final Endpoint at;

  private final Path folder;
  private final List<String> coordinatorWords;
  private @Nullable RelayProcess coordinator;
  private @Nullable RelayProcess relay;

  /// @param options of `adit serve`, besides where it is
  ManagedSite(Path folder, String... options) throws Exception {
    this.folder = folder;
    site = new EquivalentSite(folder);
    at = RelayProcess.freeTcp();
    coordinatorWords =
        new ArrayList<>(
            List.of(
                "serve",
                "--no-derp",
                "--listen=" + at,
                "--address=127.0.0.1",
                "--url=https://" + at,
                "--state-dir=" + folder.resolve("coordinator"),
                "--run-dir=" + folder.resolve("run")));
    coordinatorWords.addAll(List.of(options));
  }

  ManagedSite startCoordinator() throws Exception {
    RelayProcess started = RelayProcess.launch(folder, Map.of(), coordinatorWords);
    coordinator = started;
    started.awaitOutput("serving ");
    return this;
  }

  /// Starts the relay, which joins at its first start.
  ManagedSite startRelay(String... options) throws Exception {
    var words = new ArrayList<>(site.development());
    words.add("--state-dir=" + folder.resolve("relay"));
    Path key = folder.resolve("relay.join");
    if (Files.notExists(key)) {
      Files.writeString(key, key("{\"kind\":\"relay\"}").text());
      words.add("--join-file=" + key);
    }
    words.addAll(List.of(options));
    relay = RelayProcess.start(folder, words);
    return this;
  }

  void stopCoordinator() {
    requireNonNull(coordinator).close();
    coordinator = null;
  }

  void stopRelay() {
    requireNonNull(relay).close();
    relay = null;
  }

  RelayProcess relay() {
    return requireNonNull(relay);
  }

  /// Asks the coordinator's API, as its command line does.
  LocalClient.Answer call(String method, String path, String body) throws Exception {
    return LocalClient.request(
        folder.resolve("run/coordinator.sock"),
        method,
        "/api/v1" + path,
        body.getBytes(StandardCharsets.UTF_8));
  }

  JsonObject json(String method, String path, String body) throws Exception {
    var answer = call(method, path, body);
    assertThat(answer.status()).as(answer.text()).isBetween(200, 299);
    return Json.parseObject(answer.text());
  }

  JoinKey key(String wish) throws Exception {
    return JoinKey.parse(json("POST", "/keys", wish).string("key"));
  }

  /// Makes a node of the first network.
  JoinedNode node(String name) throws Exception {
    return node(name, "{}");
  }

  /// @param wish for its join key
  JoinedNode node(String name, String wish) throws Exception {
    return JoinedNode.join(key(wish), PrivateKey.generate(new SecureRandom()), name);
  }

  @Override
  public void close() {
    if (relay != null) {
      relay.close();
    }
    if (coordinator != null) {
      coordinator.close();
    }
  }
}
