package dev.adit.coordinator;

import static java.util.Objects.requireNonNull;

import dev.adit.net.Clock;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.control.AdminToken;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A coordinator with a real database in a temporary folder, and what tests ask of it.
final class TestCoordinator implements AutoCloseable {
  static final HttpsUrl URL = HttpsUrl.literal("https://vpn.example.org");
  private static final Endpoint SOMEWHERE = Endpoint.literal("192.0.2.9:5000");

  final Coordinator coordinator;

  TestCoordinator(Path state) throws Exception {
    this(CoordinatorConfig.of(state, URL));
  }

  TestCoordinator(CoordinatorConfig config) throws Exception {
    this(config, Clock.SYSTEM);
  }

  TestCoordinator(CoordinatorConfig config, Clock clock) throws Exception {
    coordinator = Coordinator.open(config, clock, new SecureRandom());
  }

  static Identity identity(Coordinator coordinator) throws Exception {
    var answer = coordinator.identity().handle(request("GET", "/adit/identity", null, ""));
    var text = new String(answer.body(), StandardCharsets.UTF_8);
    return Identity.parse(Envelope.parse(text).body());
  }

  JoinKey joinKey() throws Exception {
    return requireNonNull(coordinator.firstJoinKey());
  }

  AdminToken adminToken() throws Exception {
    return AdminToken.parse(Files.readString(coordinator.adminTokenFile()));
  }

  /// A new agent that is a node; its welcome and map have been read.
  TestAgent joined(String name) throws Exception {
    var agent = TestAgent.connect(coordinator);
    agent.next(Welcome.class);
    agent.join(joinKey(), name);
    agent.await(NetworkMap.class);
    return agent;
  }

  /// As on the local socket.
  HttpResponse call(String method, String path, String body) {
    return coordinator.api().handle(request(method, path, null, body));
  }

  /// As over TCP.
  HttpResponse callRemotely(String method, String path, @Nullable String authorization) {
    return coordinator.api().handle(remote(method, path, authorization));
  }

  JsonObject json(String method, String path, String body) throws Exception {
    return Json.parseObject(call(method, path, body).body());
  }

  static HttpRequest request(String method, String path, @Nullable Endpoint peer, String body) {
    return new HttpRequest(
        method, path, null, Map.of(), body.getBytes(StandardCharsets.UTF_8), peer, null);
  }

  static HttpRequest remote(String method, String path, @Nullable String authorization) {
    var headers = new HashMap<String, String>();
    if (authorization != null) {
      headers.put("authorization", authorization);
    }
    return new HttpRequest(method, path, null, headers, new byte[0], SOMEWHERE, null);
  }

  @Override
  public void close() throws IOException {
    coordinator.close();
  }
}
