package dev.adit.cli.golden;

import dev.adit.coordinator.Coordinator;
import dev.adit.core.control.AgentSession;
import dev.adit.core.control.AgentSession.Output;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.MessageConnection;
import dev.adit.net.http.HttpRequest;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A machine that joins a coordinator in this process, by the protocol but without a network. The
/// thread that calls [#join] is the connection's event loop.
final class JoinedNode implements MessageConnection {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long PATIENCE_SECONDS = 20;

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AgentSession session;
  private final Listener coordinator;
  private final JoinKey key;
  private final String name;
  private boolean joined;

  private JoinedNode(Coordinator coordinator, JoinKey key, String name) throws Exception {
    this.key = key;
    this.name = name;
    var answer =
        coordinator
            .identity()
            .handle(
                new HttpRequest(
                    "GET", "/adit/identity", null, Map.of(), new byte[0], remote(), null));
    String document = new String(answer.body(), StandardCharsets.UTF_8);
    Identity identity = Identity.parse(Envelope.parse(document).body());
    this.session =
        new AgentSession(
            PrivateKey.generate(RANDOM),
            identity.coordinator(),
            identity.channelKeys().getFirst(),
            new Hello(1, 1, List.of(), "test", Hello.AGENT, "instance", List.of()),
            RANDOM,
            Clock.SYSTEM.nanos());
    this.coordinator = coordinator.agentStream().accept(this);
  }

  /// Joins and stays connected.
  static void join(Coordinator coordinator, JoinKey key, String name) throws Exception {
    JoinedNode node = new JoinedNode(coordinator, key, name);
    node.drain();
    while (!node.joined) {
      Runnable task = node.tasks.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (task == null) {
        throw new AssertionError("no map within " + PATIENCE_SECONDS + " s");
      }
      task.run();
    }
  }

  private void drain() {
    for (Output output = session.poll(); output != null; output = session.poll()) {
      switch (output) {
        case Output.Send(byte[] message) -> coordinator.received(message);
        case Output.Welcomed(Welcome _, _) -> askToJoin();
        case Output.Received(var message) -> joined |= message instanceof NetworkMap;
        case Output.Skipped(String what) -> throw new AssertionError(what);
        case Output.Ended(_, String why) -> throw new AssertionError(why);
      }
    }
  }

  private void askToJoin() {
    PrivateKey node = PrivateKey.generate(RANDOM);
    try {
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
    } catch (CryptoException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public Endpoint remote() {
    return Endpoint.literal("192.0.2.7:40000");
  }

  @Override
  public void send(byte[] message) {
    execute(() -> {
      session.received(message, Clock.SYSTEM.nanos());
      drain();
    });
  }

  @Override
  public long waitingBytes() {
    return 0;
  }

  @Override
  public void close(int code) {
    execute(coordinator::closed);
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /// Time-outs do not come: the join takes less than the shortest.
  @Override
  public void schedule(Runnable task, long delayNanos) {}
}
