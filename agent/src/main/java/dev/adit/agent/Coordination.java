package dev.adit.agent;

import dev.adit.core.control.MapFollower;
import dev.adit.core.control.TrustedCoordinator;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.Clock;
import dev.adit.net.udp.UdpLoop;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import dev.adit.wire.control.RelayRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The agent's side of coordination: joins once, follows the map, keeps what was learned.
///
/// Trust and map are confined to the packet loop's thread; the control thread asks it and waits.
/// What other threads may read is volatile.
final class Coordination implements AutoCloseable, NodeServices.Coordinator {
  /// Heard on the packet loop's thread, except [#refused].
  interface Events {
    /// The verified map is now so.
    void mapChanged(MapView map);

    void presenceHeard(ControlMessage.NodePresence presence);

    void connected();

    void disconnected(String why);

    /// The coordinator, or this machine's state, will not have it: the agent ends. Any thread.
    ///
    /// @param usage true if what the user gave is wrong
    void refused(String text, boolean usage);
  }

  private static final long SAVE_NANOS = 5_000_000_000L;

  private final AgentConfig config;
  private final AgentFiles files;
  private final PrivateKey nodeKey;
  private final Clock clock;
  private final UdpLoop loop;
  private final Events events;
  private final @Nullable JoinKey joinKey;
  private final VerifyingKey rootKey;
  private final HttpsUrl url;
  private final ControlLink link;
  private final String instance;
  private volatile boolean connected;
  private volatile @Nullable String remark;
  private volatile boolean heardOf;

  // confined to the packet loop
  private @Nullable TrustedCoordinator trusted;
  private @Nullable MapFollower follower;
  private boolean saveWanted;
  private long savedAt = Long.MIN_VALUE / 2;
  private MapFollower.Output.@Nullable SelfChanged self;
  private List<NodeRecord> peers = List.of();
  private List<RelayRecord> relays = List.of();

  /// @throws IOException if there is neither a join key nor anything stored
  Coordination(
      AgentConfig config,
      AgentFiles files,
      PrivateKey machineKey,
      PrivateKey nodeKey,
      Clock clock,
      RandomGenerator random,
      UdpLoop loop,
      Events events)
      throws IOException {
    this.config = config;
    this.files = files;
    this.nodeKey = nodeKey;
    this.clock = clock;
    this.loop = loop;
    this.events = events;
    byte[] bytes = new byte[8];
    random.nextBytes(bytes);
    this.instance = Text.b64(bytes);
    AgentFiles.KnownCoordinator known = files.coordinator();
    try {
      joinKey = config.joinKey() == null ? null : JoinKey.parse(config.joinKey());
      if (joinKey != null) {
        url = joinKey.url();
        rootKey = joinKey.root();
      } else if (known != null) {
        url = known.url();
        rootKey = VerifyingKey.of(Text.parseB64(known.root(), 32));
      } else {
        throw new IOException("this machine is in no network here; run: adit up KEY");
      }
      if (known != null && known.root().equals(rootKey.toB64())) {
        trusted = TrustedCoordinator.restore(rootKey, known.identity());
      } else if (known != null && files.hasMap()) {
        throw new IOException(
            "this machine is in the network of "
                + known.url()
                + "; to leave that one for good: rm -r "
                + config.stateFolder());
      }
    } catch (MalformedException e) {
      throw new IOException(e.getMessage(), e);
    }
    heardOf = files.hasMap();
    link = new ControlLink(machineKey, List.of(url), clock, random, new FromLink());
  }

  /// Begins with the cached map, if there is a good one, and with the coordinator.
  void start() {
    loop.post(this::startFromCache);
    link.start();
  }

  private void startFromCache() {
    if (trusted == null) {
      return;
    }
    try {
      String json = files.map();
      if (json != null) {
        follower = MapFollower.restore(trusted, nodeKey.publicKey(), json, seconds());
        drain(null);
      }
    } catch (IOException | MalformedException e) {
      AgentLog.warn(Coordination.class, "the cached map is of no use: {}", e.getMessage());
    }
  }

  private long seconds() {
    TrustedCoordinator now = trusted;
    long wall = clock.wall().toEpochMilli();
    return now == null ? Math.floorDiv(wall, 1000L) : now.seconds(wall);
  }

  // --- on the packet loop

  /// Runs what is due.
  ///
  /// @return when to be called again
  long timeReached(long now) {
    if (saveWanted && now - savedAt >= SAVE_NANOS) {
      save();
    }
    if (follower != null) {
      long clockSeconds = seconds();
      if (clockSeconds >= follower.wakeAt()) {
        follower.timeReached(clockSeconds);
        drain(link.current());
      }
    }
    return saveWanted ? savedAt + SAVE_NANOS : Long.MAX_VALUE;
  }

  private void save() {
    saveWanted = false;
    savedAt = clock.nanos();
    MapFollower held = follower;
    if (held != null) {
      files.saveMap(held.json());
    }
  }

  private void saveTrust() {
    TrustedCoordinator now = trusted;
    if (now != null) {
      files.save(new AgentFiles.KnownCoordinator(rootKey.toB64(), url, now.json()));
    }
  }

  private void followed(UUID network) {
    heardOf = true;
    MapFollower held = follower;
    if (trusted != null && (held == null || !held.network().equals(network))) {
      follower = new MapFollower(trusted, network, nodeKey.publicKey());
      self = null;
      peers = List.of();
      relays = List.of();
    }
  }

  /// Carries out what the follower wants.
  private void drain(ControlLink.@Nullable Stream stream) {
    MapFollower held = follower;
    if (held == null) {
      return;
    }
    boolean mapChanged = false;
    List<ControlMessage.NodePresence> heard = new ArrayList<>();
    for (MapFollower.Output next = held.poll(); next != null; next = held.poll()) {
      switch (next) {
        case MapFollower.Output.Send(var message) -> {
          if (stream != null) {
            stream.send(message);
          }
        }
        case MapFollower.Output.SelfChanged changed -> {
          self = changed;
          mapChanged = true;
        }
        case MapFollower.Output.PeersChanged(var now) -> {
          peers = now;
          mapChanged = true;
        }
        case MapFollower.Output.RelaysChanged(var now) -> {
          relays = now;
          mapChanged = true;
        }
        case MapFollower.Output.PresenceChanged(var presence) -> heard.add(presence);
        case MapFollower.Output.Save(boolean atOnce) -> {
          saveWanted = true;
          if (atOnce) {
            save();
          }
        }
        case MapFollower.Output.Suspended(var why) -> remark = why;
        case MapFollower.Output.Left(var reason) -> left(reason);
        case MapFollower.Output.EndStream(var why) -> {
          AgentLog.warn(Coordination.class, "the coordinator contradicts itself: {}", why);
          if (stream != null) {
            stream.close();
          }
        }
      }
    }
    MapFollower.Output.SelfChanged own = self;
    if (mapChanged && own != null) {
      events.mapChanged(new MapView(own.self(), own.networkName(), own.ranges(), peers, relays));
    }
    for (ControlMessage.NodePresence presence : heard) {
      events.presenceHeard(presence);
    }
  }

  private void left(String reason) {
    files.forgetMap();
    events.refused(
        "this node was " + reason + " from the network; to join again run: adit up KEY", false);
  }

  // --- what the link says, on the control thread

  private final class FromLink implements ControlLink.Listener {
    @Override
    public Identity identityFetched(Envelope document, HttpsUrl from) throws MalformedException {
      try {
        return onLoop(() -> judged(document, from.host()));
      } catch (RefusedIdentity e) {
        throw new MalformedException(String.valueOf(e.getMessage()));
      }
    }

    @Override
    public ControlMessage.Hello hello() {
      return onLoop(Coordination.this::helloNow);
    }

    @Override
    public void welcomed(
        ControlLink.Stream stream, ControlMessage.Welcome welcome, long roundTrip) {
      onLoop(() -> welcomedNow(stream, welcome, roundTrip));
    }

    @Override
    public void received(ControlLink.Stream stream, FromCoordinator message) {
      switch (message) {
        case ControlMessage.Joined joined -> loop.post(() -> followed(joined.network()));
        case ControlMessage.Failure failure -> failed(failure);
        default ->
            loop.post(() -> {
              MapFollower held = follower;
              if (held != null) {
                held.received(message, seconds());
                drain(stream);
              }
            });
      }
    }

    @Override
    public void lost(boolean wasUp, String reason) {
      connected = false;
      loop.post(() -> {
        AgentLog.info(Coordination.class, "coordinator: {}", reason);
        if (follower != null) {
          follower.streamClosed();
          remark = "working from the map of " + time(follower.mapTime()) + "; coordinator away";
        }
        events.disconnected(reason);
      });
    }
  }

  private Identity judged(Envelope document, String host) {
    long wall = clock.wall().toEpochMilli();
    try {
      if (trusted == null) {
        trusted = TrustedCoordinator.first(host, rootKey, document, wall);
        saveTrust();
      } else if (trusted.offer(host, document, wall)
          instanceof TrustedCoordinator.Refused(String text)) {
        throw new MalformedException(text);
      }
    } catch (MalformedException e) {
      if (follower == null) {
        events.refused(String.valueOf(e.getMessage()), false); // nothing to work on with
      }
      throw new RefusedIdentity(e);
    }
    return trusted.identity();
  }

  /// Carries a checked exception out of the packet loop.
  private static final class RefusedIdentity extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedIdentity(MalformedException cause) {
      super(cause.getMessage(), cause, false, false);
    }
  }

  private ControlMessage.Hello helloNow() {
    MapFollower held = follower;
    ControlMessage.Resume resume = held == null ? null : held.resume();
    return new ControlMessage.Hello(
        ControlMessage.PROTOCOL,
        ControlMessage.PROTOCOL,
        List.of(),
        "adit " + AgentConfig.VERSION,
        "agent",
        instance,
        resume == null ? List.of() : List.of(resume));
  }

  private boolean welcomedNow(
      ControlLink.Stream stream, ControlMessage.Welcome welcome, long roundTrip) {
    TrustedCoordinator now = trusted;
    long wall = clock.wall().toEpochMilli();
    if (now == null
        || now.welcomed(url.host(), welcome, stream.channel(), wall, roundTrip)
            instanceof TrustedCoordinator.Refused) {
      stream.close();
      return false;
    }
    saveTrust();
    UUID member = null;
    for (ControlMessage.Membership membership : welcome.nodes()) {
      if (membership.state().equals(NodeState.ACTIVE)) {
        member = membership.network();
      }
    }
    if (member != null) {
      followed(member);
    } else if (joinKey != null) {
      join(stream, joinKey);
    }
    if (follower != null) {
      follower.streamOpened(welcome.nodes());
      drain(stream);
    } else if (joinKey == null) {
      events.refused("this machine is in no network here; run: adit up KEY", false);
    }
    connected = true;
    remark = null;
    events.connected();
    return true;
  }

  private void join(ControlLink.Stream stream, JoinKey key) {
    heardOf = true; // if the answer is lost, the same keys have to ask again
    try {
      files.awaitKeys();
      stream.send(
          new ControlMessage.Join(
              stream.nextRequest(),
              key.id(),
              key.secret(),
              nodeKey.publicKey(),
              stream.prove(nodeKey),
              config.name() != null ? config.name() : hostName(),
              List.of()));
    } catch (CryptoException e) {
      events.refused("the coordinator's channel key is not usable", false);
    } catch (IOException e) {
      events.refused(String.valueOf(e.getMessage()), false);
    }
  }

  private static String hostName() {
    String name = System.getenv("HOSTNAME");
    if (name == null || name.isEmpty()) {
      try {
        name = java.nio.file.Files.readString(java.nio.file.Path.of("/proc/sys/kernel/hostname"));
      } catch (IOException e) {
        name = "node";
      }
    }
    return name.strip();
  }

  private void failed(ControlMessage.Failure failure) {
    if (failure.retryMs() > 0) {
      link.retryAfter(failure.retryMs() * 1_000_000);
    }
    loop.post(() -> {
      if (follower == null || follower.self() == null) {
        heardOf = follower != null;
        events.refused(failure.text(), false);
      } else {
        remark = failure.text();
        AgentLog.warn(Coordination.class, "coordinator: {}", failure.text());
      }
    });
  }

  private static String time(long seconds) {
    return java.time.Instant.ofEpochSecond(seconds).toString();
  }

  /// Puts a question to the packet loop and waits.
  private <T> T onLoop(Supplier<T> question) {
    var answer = new CompletableFuture<T>();
    loop.post(() -> {
      try {
        answer.complete(question.get());
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  // --- any thread

  void send(FromAgent message) {
    link.send(message);
  }

  void hurry() {
    link.hurry();
  }

  /// True while no coordinator can know a node of ours: none before, and no join without an answer.
  boolean joinedNothing() {
    return !heardOf;
  }

  @Override
  public boolean isConnected() {
    return connected;
  }

  @Override
  public String url() {
    return url.toString();
  }

  @Override
  public String root() {
    return rootKey.toB64();
  }

  @Override
  public @Nullable String remark() {
    return remark;
  }

  @Override
  public void close() {
    link.close();
  }
}
