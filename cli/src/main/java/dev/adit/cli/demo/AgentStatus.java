package dev.adit.cli.demo;

import dev.adit.net.local.LocalClient;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What one agent says about itself and its only peer, asked over its local socket: the text that
/// `adit status -o json` prints, without the start of a Java machine each time.
///
/// @param name the node's name
/// @param address the node's first address
/// @param path how the peer is reached: `direct`, `derp` or `none`; `none` also without a peer
record AgentStatus(String name, String address, String path) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  static AgentStatus of(Path runDirectory) throws IOException {
    LocalClient.Answer answer =
        LocalClient.request(
            runDirectory.resolve("adit").resolve("agent.sock"),
            "GET",
            "/v1/status",
            new byte[0],
            PATIENCE);
    try {
      JsonObject status = Json.parseReport(Json.decodeUtf8(answer.body()));
      JsonObject self = status.object("self");
      List<String> addresses = self.strings("addresses", 100);
      List<JsonObject> peers = status.objects("peers", 1000);
      String path = peers.isEmpty() ? "none" : peers.get(0).object("path").string("type");
      return new AgentStatus(self.string("name"), addresses.get(0), path);
    } catch (MalformedException | IndexOutOfBoundsException e) {
      throw new IOException("status of the agent: " + e.getMessage(), e);
    }
  }
}
