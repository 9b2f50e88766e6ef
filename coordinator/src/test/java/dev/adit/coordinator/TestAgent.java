package dev.adit.coordinator;

import static java.util.Objects.requireNonNull;

import dev.adit.core.control.AgentSession;
import dev.adit.core.control.AgentSession.Output;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.MessageConnection;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.Resume;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// An agent that speaks the real protocol with a coordinator in the same process: its session and
/// the coordinator's end of a connection share one thread, which stands for the event loop.
final class TestAgent {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long PATIENCE_SECONDS = 20;

  final PrivateKey machine;
  final PrivateKey nodeKey;
  private final ScheduledThreadPoolExecutor loop =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().factory());
  private final LinkedBlockingQueue<FromCoordinator> received = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
  private final AgentSession session;

  /// As if so much of what the coordinator sent were still on its way.
  volatile long waitingBytes;

  private final MessageConnection.Listener listener;

  /// Connects with keys of its own making.
  static TestAgent connect(Coordinator coordinator) throws Exception {
    return connect(
        coordinator, PrivateKey.generate(RANDOM), PrivateKey.generate(RANDOM), "a", List.of());
  }

  static TestAgent connect(
      Coordinator coordinator,
      PrivateKey machine,
      PrivateKey nodeKey,
      String instance,
      List<Resume> resume)
      throws Exception {
    Identity identity = TestCoordinator.identity(coordinator);
    return new TestAgent(coordinator, identity, machine, nodeKey, instance, resume);
  }

  /// Connects as a relay, whose server key stands in the place of a node key.
  static TestAgent connectRelay(
      Coordinator coordinator, PrivateKey machine, PrivateKey serverKey, List<Resume> resume)
      throws Exception {
    Identity identity = TestCoordinator.identity(coordinator);
    var hello = new Hello(1, 1, List.of(), "test", Hello.RELAY, "r", resume);
    return new TestAgent(coordinator, identity, machine, serverKey, hello);
  }

  /// Connects with what it knew of the coordinator before.
  static TestAgent connect(
      Coordinator coordinator, Identity known, PrivateKey machine, PrivateKey nodeKey)
      throws Exception {
    return new TestAgent(coordinator, known, machine, nodeKey, "a", List.of());
  }

  private TestAgent(
      Coordinator coordinator,
      Identity identity,
      PrivateKey machine,
      PrivateKey nodeKey,
      String instance,
      List<Resume> resume)
      throws Exception {
    this(
        coordinator,
        identity,
        machine,
        nodeKey,
        new Hello(1, 1, List.of(), "test", Hello.AGENT, instance, resume));
  }

  private TestAgent(
      Coordinator coordinator,
      Identity identity,
      PrivateKey machine,
      PrivateKey nodeKey,
      Hello hello)
      throws Exception {
    this.machine = machine;
    this.nodeKey = nodeKey;
    session =
        new AgentSession(
            machine,
            identity.coordinator(),
            identity.channelKeys().getFirst(),
            hello,
            RANDOM,
            Clock.SYSTEM.nanos());
    listener = loop.submit(() -> coordinator.agentStream().accept(new Loopback())).get();
    run(() -> {});
  }

  private final class Loopback implements MessageConnection {
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
      return waitingBytes;
    }

    @Override
    public void close(int code) {
      execute(() -> {
        listener.closed();
        closed.add(code);
      });
    }

    @Override
    public void execute(Runnable task) {
      loop.execute(task);
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
      var _ = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void drain() {
    for (var output = session.poll(); output != null; output = session.poll()) {
      switch (output) {
        case Output.Send(byte[] message) -> listener.received(message);
        case Output.Welcomed(Welcome welcome, _) -> received.add(welcome);
        case Output.Received(FromCoordinator message) -> received.add(message);
        case Output.Skipped(String what) -> throw new AssertionError(what);
        case Output.Ended(_, String why) -> {}
      }
    }
  }

  private void run(Runnable task) throws Exception {
    loop.submit(
            () -> {
              task.run();
              drain();
            })
        .get();
  }

  void send(FromAgent message) throws Exception {
    run(() -> session.send(message, Clock.SYSTEM.nanos()));
  }

  /// Asks to become a node called `name`.
  void join(JoinKey key, String name) throws Exception {
    run(() -> {
      try {
        byte[] proof = session.prove(nodeKey);
        join(key, name, proof);
      } catch (CryptoException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  void joinWithProof(JoinKey key, byte[] proof) throws Exception {
    run(() -> join(key, "thief", proof));
  }

  private void join(JoinKey key, String name, byte[] proof) {
    session.send(
        new Join(
            session.nextRequest(),
            key.id(),
            key.secret(),
            nodeKey.publicKey(),
            proof,
            name,
            List.of()),
        Clock.SYSTEM.nanos());
  }

  /// The next message, which must be of this kind.
  <T extends ControlMessage> T next(Class<T> kind) throws Exception {
    var message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!kind.isInstance(message)) {
      throw new AssertionError("expected " + kind.getSimpleName() + ", found " + message);
    }
    return kind.cast(message);
  }

  /// The next message of this kind; others are skipped.
  <T extends ControlMessage> T await(Class<T> kind) throws Exception {
    while (true) {
      var message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("no " + kind.getSimpleName());
      }
      if (kind.isInstance(message)) {
        return kind.cast(message);
      }
    }
  }

  int awaitClose() throws Exception {
    return requireNonNull(closed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  /// Whether the coordinator has closed the connection because of anything sent so far.
  boolean isClosed() throws Exception {
    return loop.submit(() -> !closed.isEmpty()).get();
  }

  boolean hasMessages() {
    return !received.isEmpty();
  }

  /// Cuts the connection.
  void close() throws Exception {
    loop.submit(() -> listener.closed()).get();
  }
}
