package dev.adit.systemtests.interop;

import static java.util.Objects.requireNonNull;

import dev.adit.coordinator.Coordinator;
import dev.adit.core.control.AgentSession;
import dev.adit.core.control.AgentSession.Output;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.NodeRecord;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/// A machine that has become a node and has left: its key stays one of the network's.
///
/// @param record its own, as the map showed it
record JoinedNode(PrivateKey key, Envelope record) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  PublicKey publicKey() {
    return key.publicKey();
  }

  /// Joins with a machine key of its own.
  static JoinedNode join(JoinKey key, PrivateKey node, String name) throws Exception {
    var url = key.url();
    try (Connection tls = TlsClient.connect(url.host(), url.port(), PinPolicy.any(), PATIENCE)) {
      tls.readTimeout(PATIENCE);
      var answer =
          HttpExchange.get(
              tls, url.authority(), Coordinator.IDENTITY_PATH, Identity.MAX_DOCUMENT_BYTES);
      var identity = Identity.parse(Envelope.parse(answer.text()).body());
      var socket =
          WebSocketClient.open(
              tls, url.authority(), Coordinator.STREAM_PATH, Coordinator.SUBPROTOCOL, RANDOM);
      var session =
          new AgentSession(
              PrivateKey.generate(RANDOM),
              identity.coordinator(),
              identity.channelKeys().getFirst(),
              new Hello(1, 1, List.of(), "test", Hello.AGENT, name, List.of()),
              RANDOM,
              Clock.SYSTEM.nanos());
      while (true) {
        for (var output = session.poll(); output != null; output = session.poll()) {
          switch (output) {
            case Output.Send(byte[] message) -> socket.send(message);
            case Output.Welcomed _ ->
                session.send(
                    new Join(
                        session.nextRequest(),
                        key.id(),
                        key.secret(),
                        node.publicKey(),
                        session.prove(node),
                        name,
                        List.of()),
                    Clock.SYSTEM.nanos());
            case Output.Received(NetworkMap map) -> {
              return new JoinedNode(node, own(map));
            }
            case Output.Received(Failure failure) -> throw new AssertionError(failure.text());
            case Output.Received _, Output.Skipped _ -> {}
            case Output.Ended(_, String why) -> throw new AssertionError(why);
          }
        }
        byte[] message = socket.receive(PATIENCE);
        session.received(requireNonNull(message), Clock.SYSTEM.nanos());
      }
    }
  }

  private static Envelope own(NetworkMap map) throws Exception {
    for (Envelope node : map.nodes()) {
      if (NodeRecord.parse(node.body()).node().equals(map.self())) {
        return node;
      }
    }
    throw new AssertionError("the map does not show its receiver");
  }
}
