package dev.adit.systemtests.swarm;

import dev.adit.core.control.AgentSession;
import dev.adit.core.control.AgentSession.Output;
import dev.adit.core.control.TrustedCoordinator;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.Candidate;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.Drain;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.Joined;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.OwnPresence;
import dev.adit.wire.control.ControlMessage.PeerPresence;
import dev.adit.wire.control.ControlMessage.Resume;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Watch;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.NodeRecord;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One agent as the coordinator sees it: TLS, WebSocket, Noise, join, map, presence; it comes back
/// when its stream is lost, as control R-AG-6 says. One virtual thread serves it.
final class SimulatedAgent implements Runnable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TOO_LONG = 300_000;

  /// What happened to whom, in words of the protocol.
  interface Events {
    void happened(SimulatedAgent agent, String what);
  }

  /// What more an agent does that also has paths.
  interface Hearer {
    OwnPresence presence(UUID network, long counter);

    /// @return nodes to watch from now on; none: as before
    List<UUID> heard(ControlMessage message) throws MalformedException;
  }

  /// How often what was heard; of one agent.
  static final class Counts {
    final AtomicInteger maps = new AtomicInteger();
    final AtomicInteger deltas = new AtomicInteger();
    final AtomicInteger currents = new AtomicInteger();
    final AtomicInteger presences = new AtomicInteger();
    final AtomicInteger presentNodes = new AtomicInteger();
  }

  final String name;
  final Counts counts = new Counts();
  private final JoinKey key;
  private final Events events;
  private final PrivateKey machine = PrivateKey.generate(RANDOM);
  final PrivateKey nodeKey = PrivateKey.generate(RANDOM);
  @Nullable Hearer hearer; // set before it runs
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final ReentrantLock lock = new ReentrantLock(); // of session and socket
  private @Nullable WebSocketClient socket;
  private @Nullable AgentSession session;
  private @Nullable UUID network;
  private @Nullable UUID node;
  private @Nullable String token;
  private final ArrayDeque<Output> setAside = new ArrayDeque<>(); // found by who only sends
  private long counter;
  private long pause;
  private volatile boolean up;
  private volatile List<UUID> watched = List.of();
  private volatile String instance = instance();
  private byte @Nullable [] firstMessage;

  SimulatedAgent(String name, JoinKey key, Events events) {
    this.name = name;
    this.key = key;
    this.events = events;
  }

  private static String instance() {
    return Long.toHexString(ThreadLocalRandom.current().nextLong());
  }

  /// On line, and a node with a map.
  boolean isUp() {
    return up;
  }

  /// The newest handshake's first message, as somebody on the way might have recorded it.
  byte @Nullable [] firstMessage() {
    return firstMessage;
  }

  @Override
  public void run() {
    boolean first = true;
    while (!stopped.get()) {
      try {
        if (!first) {
          rest();
        }
        first = false;
        serve();
      } catch (IOException | MalformedException | CryptoException e) {
        boolean was = up;
        up = false;
        events.happened(this, (was ? "lost " : "failed ") + e.getMessage());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void rest() throws InterruptedException {
    var random = ThreadLocalRandom.current();
    long millis = pause == 0 ? random.nextLong(500) : pause / 2 + random.nextLong(pause / 2);
    pause = Math.min(5_000, Math.max(1_000, 2 * pause));
    Thread.sleep(millis);
  }

  private void serve()
      throws IOException, MalformedException, CryptoException, InterruptedException {
    try (Connection open =
        TlsClient.connect(key.url().host(), key.url().port(), PinPolicy.any(), PATIENCE)) {
      open.readTimeout(PATIENCE);
      String host = key.url().authority();
      var answer = HttpExchange.get(open, host, "/adit/identity", Identity.MAX_DOCUMENT_BYTES);
      Envelope document = Envelope.read(Json.parseObject(answer.body()));
      long wall = System.currentTimeMillis();
      Identity identity = TrustedCoordinator.first(host, key.root(), document, wall).identity();
      WebSocketClient opened;
      try {
        opened = WebSocketClient.open(open, host, "/adit/stream", "adit-control-v1", RANDOM);
      } catch (WebSocketClient.RefusedException e) {
        pause = Math.clamp(e.retryAfterSeconds() * 1000L, 0, TOO_LONG);
        throw e;
      }
      var resume = network == null ? List.<Resume>of() : List.of(new Resume(network, token()));
      var hello = new Hello(1, 1, List.of(), "simulated", Hello.AGENT, instance, resume);
      converse(
          opened,
          new AgentSession(
              machine,
              identity.coordinator(),
              identity.channelKeys().getFirst(),
              hello,
              RANDOM,
              Clock.SYSTEM.nanos()));
    }
  }

  private String token() {
    return token == null ? "" : token;
  }

  private void converse(WebSocketClient opened, AgentSession begun)
      throws IOException, MalformedException, CryptoException, InterruptedException {
    use(opened, begun);
    try {
      while (!stopped.get()) {
        for (Output next = poll(begun); next != null; next = poll(begun)) {
          carryOut(opened, begun, next);
        }
        long wait = begun.wakeAt() - Clock.SYSTEM.nanos();
        byte[] message =
            opened.receive(Duration.ofNanos(Math.clamp(wait, 1_000_000, 5_000_000_000L)));
        lock.lock();
        try {
          if (message != null) {
            begun.received(message, Clock.SYSTEM.nanos());
          }
          begun.timeReached(Clock.SYSTEM.nanos());
        } finally {
          lock.unlock();
        }
      }
    } finally {
      use(null, null);
    }
  }

  private void use(@Nullable WebSocketClient opened, @Nullable AgentSession begun) {
    lock.lock();
    try {
      socket = opened;
      session = begun;
      setAside.clear();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Output poll(AgentSession begun) {
    lock.lock();
    try {
      Output first = setAside.poll();
      return first != null ? first : begun.poll();
    } finally {
      lock.unlock();
    }
  }

  private void carryOut(WebSocketClient opened, AgentSession begun, Output output)
      throws IOException, MalformedException, CryptoException, InterruptedException {
    switch (output) {
      case Output.Send(byte[] message) -> {
        if (message.length == 96) {
          firstMessage = message;
        }
        opened.send(message);
      }
      case Output.Welcomed(Welcome welcome, _) -> welcomed(begun, welcome);
      case Output.Received(var message) -> received(opened, message);
      case Output.Skipped _ -> {}
      case Output.Ended(_, String why) -> throw new IOException(why);
    }
  }

  private void welcomed(AgentSession begun, Welcome welcome) throws CryptoException {
    counter = 0;
    if (welcome.nodes().isEmpty()) {
      lock.lock();
      try {
        byte[] proof = begun.prove(nodeKey);
        long id = begun.nextRequest();
        var join =
            new Join(id, key.id(), key.secret(), nodeKey.publicKey(), proof, name, List.of());
        begun.send(join, Clock.SYSTEM.nanos());
      } finally {
        lock.unlock();
      }
    }
    events.happened(
        this, "welcome " + welcome.stream() + " machine " + machine.publicKey().toB64());
  }

  private void received(WebSocketClient opened, ControlMessage message)
      throws IOException, MalformedException, InterruptedException {
    if (hearer != null) {
      List<UUID> wanted = hearer.heard(message);
      watched = wanted.isEmpty() ? watched : wanted;
    }
    switch (message) {
      case Joined joined -> {
        network = joined.network();
        node = joined.node();
        events.happened(this, "joined " + joined.node());
      }
      case NetworkMap map -> {
        network = map.network();
        node = map.self();
        token = map.token();
        counts.maps.incrementAndGet();
        for (Envelope envelope : map.nodes()) {
          NodeRecord record = NodeRecord.parse(envelope.body());
          if (record.node().equals(node)) {
            events.happened(this, "address " + record.addresses().getFirst());
          }
        }
        isNowUp();
      }
      case Delta delta -> {
        token = delta.token();
        counts.deltas.incrementAndGet();
        isNowUp();
      }
      case Current _ -> {
        counts.currents.incrementAndGet();
        isNowUp();
      }
      case PeerPresence presence -> {
        counts.presences.incrementAndGet();
        counts.presentNodes.addAndGet(presence.nodes().size());
      }
      case Failure failure -> {
        events.happened(this, "refused " + failure.code());
        if (node == null && failure.retryMs() == 0) {
          stopped.set(true);
        } else if (node == null) {
          Thread.sleep(Math.min(failure.retryMs(), 2_000));
          throw new IOException("once more");
        }
      }
      case Superseded _ -> {
        events.happened(this, "superseded");
        stopped.set(true);
      }
      case Drain(long afterMs, _) -> {
        Thread.sleep(afterMs);
        pause = 0;
        opened.close();
        throw new IOException("drained");
      }
      default -> {}
    }
  }

  private void isNowUp() throws IOException {
    if (!up) {
      up = true;
      pause = 0;
      introduce();
      events.happened(this, "up");
    }
  }

  /// As an agent does with every new stream: says where it is, and whom it wants to hear of.
  private void introduce() throws IOException {
    tellPresence(IpAddress.of(new byte[] {10, 1, (byte) hashCode(), 1}));
    List<UUID> wanted = watched;
    if (!wanted.isEmpty()) {
      watch(wanted);
    }
  }

  /// Tells where it can be reached, as after a change of network.
  void tellPresence(IpAddress address) throws IOException {
    var candidate = new Candidate(new Endpoint(address, 41_000), 1);
    lock.lock();
    try {
      AgentSession now = session;
      if (now != null && network != null) {
        var presence =
            hearer != null
                ? hearer.presence(network, ++counter)
                : new OwnPresence(
                    network, ++counter, null, nodeKey.publicKey(), List.of(candidate));
        now.send(presence, Clock.SYSTEM.nanos());
        flush(now);
      }
    } finally {
      lock.unlock();
    }
  }

  void watch(List<UUID> nodes) throws IOException {
    watched = nodes;
    lock.lock();
    try {
      AgentSession now = session;
      if (now != null && network != null) {
        now.send(new Watch(network, nodes), Clock.SYSTEM.nanos());
        flush(now);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Sends what there is to send; all else stays for the thread of this agent.
  private void flush(AgentSession now) throws IOException {
    WebSocketClient open = socket;
    for (Output next = now.poll(); next != null && open != null; next = now.poll()) {
      if (next instanceof Output.Send(byte[] message)) {
        open.send(message);
      } else {
        setAside.add(next);
      }
    }
  }

  /// Another process of the same machine: drops the connection and comes again at once.
  void restart() {
    instance = instance();
    pause = 0;
    up = false;
    lock.lock();
    try {
      if (socket != null) {
        socket.close();
      }
    } finally {
      lock.unlock();
    }
  }

  void stop() {
    stopped.set(true);
    restart();
  }

  @Nullable UUID node() {
    return node;
  }
}
