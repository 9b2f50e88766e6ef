package dev.adit.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.control.AgentSession;
import dev.adit.core.control.AgentSession.Output;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.tls.TlsClient;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Welcome;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A join over real sockets: front door, WebSocket, Noise.
class FrontDoorStreamTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path state;
  private final SecureRandom random = new SecureRandom();

  @Test
  void anAgentJoinsThroughTheFrontDoor() throws Exception {
    var routes = new RequestRoutes();
    try (var site = new TestCoordinator(state)) {
      routes.message(
          Coordinator.STREAM_PATH, Coordinator.SUBPROTOCOL, site.coordinator.agentStream());
      routes.http(Coordinator.IDENTITY_PATH, site.coordinator.identity());
      routes.http(Coordinator.API_PREFIX, site.coordinator.api());
      var listen = List.of(Endpoint.literal("127.0.0.1:0"));
      try (var door = FrontDoor.start(FrontDoorConfig.of(listen, null), routes);
          var connection = TlsClient.connectPlain(door.listening(), PATIENCE);
          var socket =
              WebSocketClient.open(
                  connection,
                  "localhost",
                  Coordinator.STREAM_PATH,
                  Coordinator.SUBPROTOCOL,
                  random)) {
        join(site, socket);
      }
    }
  }

  private void join(TestCoordinator site, WebSocketClient socket) throws Exception {
    var identity = TestCoordinator.identity(site.coordinator);
    var nodeKey = PrivateKey.generate(random);
    var session =
        new AgentSession(
            PrivateKey.generate(random),
            identity.coordinator(),
            identity.channelKeys().getFirst(),
            new Hello(1, 1, List.of(), "test", Hello.AGENT, "a", List.of()),
            random,
            Clock.SYSTEM.nanos());
    assertThat(next(session, socket)).isInstanceOf(Welcome.class);
    var key = site.joinKey();
    var join =
        new Join(
            session.nextRequest(),
            key.id(),
            key.secret(),
            nodeKey.publicKey(),
            session.prove(nodeKey),
            "laptop",
            List.of());
    session.send(join, Clock.SYSTEM.nanos());
    assertThat(next(session, socket)).isInstanceOf(ControlMessage.Joined.class);
    var map = (NetworkMap) next(session, socket);
    assertThat(map.nodes()).hasSize(1);
    assertThat(site.json("GET", "/api/v1/nodes/laptop", "").bool("online")).isTrue();
  }

  private static FromCoordinator next(AgentSession session, WebSocketClient socket)
      throws Exception {
    while (true) {
      for (var output = session.poll(); output != null; output = session.poll()) {
        switch (output) {
          case Output.Send(byte[] message) -> socket.send(message);
          case Output.Welcomed(Welcome welcome, _) -> {
            return welcome;
          }
          case Output.Received(FromCoordinator message) -> {
            return message;
          }
          case Output.Skipped(String what) -> throw new AssertionError(what);
          case Output.Ended(_, String why) -> throw new AssertionError(why);
        }
      }
      byte[] message = socket.receive(PATIENCE);
      if (message == null) {
        throw new AssertionError("nothing within " + PATIENCE);
      }
      session.received(message, Clock.SYSTEM.nanos());
    }
  }
}
