package dev.adit.agent;

import dev.adit.core.control.MapFollower;
import dev.adit.core.control.MapOutput;
import dev.adit.core.control.Reconnect.Target;
import dev.adit.core.control.TrustedCoordinator;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
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

    /// A first join is refused for a while, by this code and text; it is tried again after `nanos`.
    void postponed(String code, String text, long nanos);

    /// The coordinator, or this machine's state, will not have it: the agent ends. Any thread.
    ///
    /// @param usage true if what the user gave is wrong
    void refused(String text, boolean usage);
  }

  private static final Class<?> HERE = Coordination.class;
  private static final String REASON = "reason";

  private final AgentConfig config;
  private final AgentFiles files;
  private final PrivateKey nodeKey;
  private final UdpLoop loop;
  private final Events events;
  private final CoordinatorTrust trust;
  private final ControlLink link;
  private final String instance;
  private volatile boolean connected;
  private final Standing standing = new Standing();
  private volatile boolean heardOf;

  // confined to the packet loop
  private @Nullable MapFollower follower;
  private final MapSaver saver;
  private boolean toldUp = true;
  private MapOutput.@Nullable SelfChanged self;
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
      Events events,
      AgentCounters counters)
      throws IOException {
    this.config = config;
    this.files = files;
    this.nodeKey = nodeKey;
    saver = new MapSaver(files, clock, this::mapJson);
    this.loop = loop;
    this.events = events;
    byte[] bytes = new byte[8];
    random.nextBytes(bytes);
    this.instance = Text.b64(bytes);
    this.trust = CoordinatorTrust.open(config, files, clock);
    heardOf = files.hasMap();
    link =
        new ControlLink(
            machineKey, trust.urls(), trust.lastGood(), clock, random, new FromLink(), counters);
  }

  /// Begins with the cached map, if there is a good one, and with the coordinator.
  void start() {
    loop.post(this::startFromCache);
    link.start();
  }

  private void startFromCache() {
    TrustedCoordinator known = trust.coordinator();
    if (known == null) {
      return;
    }
    try {
      String json = files.map();
      if (json != null) {
        follower =
            MapFollower.restore(
                known, nodeKey.publicKey(), json, config.offlineMaxAge(), trust.seconds());
        drain(null);
      }
    } catch (IOException | MalformedException e) {
      AgentLog.warn(HERE, "cached_map_bad", "the cached map is of no use", REASON, e.getMessage());
    }
  }

  // --- on the packet loop

  /// Runs what is due.
  ///
  /// @return when to be called again
  long timeReached(long now) {
    saver.timeReached(now);
    if (follower != null) {
      long clockSeconds = trust.seconds();
      if (clockSeconds >= follower.wakeAt()) {
        follower.timeReached(clockSeconds);
        drain(link.current());
      }
    }
    long wake = saver.wakeAt();
    if (follower != null && follower.wakeAt() != Long.MAX_VALUE) {
      // Clocks differ and are set, so it is looked at every minute at least.
      long seconds = Math.clamp(follower.wakeAt() - trust.seconds(), 1, 60);
      wake = Math.min(wake, now + seconds * 1_000_000_000L);
    }
    return wake;
  }

  /// Saves what waits to be saved: the agent is about to end.
  void flush() {
    saver.flush();
  }

  private String mapJson() {
    return follower == null ? "" : follower.json();
  }

  private void followed(UUID network) {
    heardOf = true;
    trust.joined();
    MapFollower held = follower;
    TrustedCoordinator known = trust.coordinator();
    if (known != null && (held == null || !held.network().equals(network))) {
      follower = new MapFollower(known, network, nodeKey.publicKey(), config.offlineMaxAge());
      self = null;
      peers = List.of();
      relays = List.of();
    }
  }

  /// Carries out what the follower wants.
  private void drain(@Nullable ControlStream stream) {
    MapFollower held = follower;
    if (held == null) {
      return;
    }
    boolean mapChanged = false;
    List<ControlMessage.NodePresence> heard = new ArrayList<>();
    for (MapOutput next = held.poll(); next != null; next = held.poll()) {
      link.followed(next);
      switch (next) {
        case MapOutput.Send(var message) -> {
          if (stream != null) {
            stream.send(message);
          }
        }
        case MapOutput.SelfChanged changed -> {
          self = changed;
          mapChanged = true;
        }
        case MapOutput.PeersChanged(var now) -> {
          peers = now;
          mapChanged = true;
        }
        case MapOutput.RelaysChanged(var now) -> {
          relays = now;
          mapChanged = true;
        }
        case MapOutput.PresenceChanged(var presence) -> heard.add(presence);
        case MapOutput.Save(boolean atOnce) -> saver.want(atOnce);
        case MapOutput.Suspended(var why, _) -> standing.say(why);
        case MapOutput.Left(var reason) -> left(reason);
        case MapOutput.EndStream(var why) -> {
          AgentLog.warn(
              HERE, "map_contradiction", "the coordinator contradicts itself", REASON, why);
          if (stream != null) {
            stream.refuse();
          }
        }
      }
    }
    MapOutput.SelfChanged own = self;
    boolean up = !held.isMissing();
    if ((mapChanged || up != toldUp) && own != null) {
      toldUp = up;
      Envelope record = held.selfRecord();
      String permit = record == null ? null : record.json();
      events.mapChanged(
          new MapView(own.self(), permit, own.networkName(), own.ranges(), peers, relays, up));
    }
    for (ControlMessage.NodePresence presence : heard) {
      events.presenceHeard(presence);
    }
  }

  private void left(String reason) {
    saver.forget();
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
    public boolean welcomed(
        ControlStream stream, ControlMessage.Welcome welcome, long roundTrip, Target by) {
      return onLoop(() -> welcomedNow(stream, welcome, roundTrip, by));
    }

    @Override
    public void received(ControlStream stream, FromCoordinator message) {
      switch (message) {
        case ControlMessage.Joined joined -> loop.post(() -> followed(joined.network()));
        case ControlMessage.Failure failure -> failed(stream, failure);
        default ->
            loop.post(() -> {
              MapFollower held = follower;
              if (held != null) {
                held.received(message, trust.seconds());
                drain(stream);
              }
            });
      }
    }

    @Override
    public void lost(boolean wasUp, String reason) {
      connected = false;
      loop.post(() -> {
        trust.streamClosed();
        MapFollower held = follower;
        if (held != null) {
          held.streamClosed(trust.seconds());
          drain(null);
        }
        long mapTime = held == null ? 0 : held.mapTime();
        events.disconnected(standing.lost(reason, trust.seconds(), mapTime));
      });
    }

    @Override
    public void busy(long seconds) {
      String text = "the coordinator is busy; next try in " + seconds + " s";
      loop.post(() -> postpone("busy", text, seconds * 1_000_000_000L));
    }
  }

  private Identity judged(Envelope document, String host) {
    try {
      return trust.judge(document, host);
    } catch (MalformedException e) {
      if (follower == null) {
        events.refused(String.valueOf(e.getMessage()), false); // nothing to work on with
      }
      throw new RefusedIdentity(e);
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
      ControlStream stream, ControlMessage.Welcome welcome, long roundTrip, Target by) {
    if (!trust.welcomed(welcome, stream.channel(), roundTrip, by)) {
      return false;
    }
    link.urls(trust.urls());
    JoinKey joinKey = trust.joinKey();
    UUID member = null;
    for (ControlMessage.Membership membership : welcome.nodes()) {
      if (membership.state().equals(NodeState.ACTIVE)) {
        member = membership.network();
      }
    }
    if (member != null) {
      followed(member);
    } else if (joinKey != null) {
      forgetIfRemoved(welcome);
      join(stream, joinKey);
    }
    if (follower != null) {
      follower.streamOpened(welcome.nodes());
      drain(stream);
    } else if (joinKey == null) {
      events.refused("this machine is in no network here; run: adit up KEY", false);
    }
    connected = true;
    standing.welcomed();
    events.connected();
    return true;
  }

  /// The user gave a key to join again. A node that is only missing is kept: the coordinator may
  /// find it again (control R-DB-10).
  private void forgetIfRemoved(ControlMessage.Welcome welcome) {
    MapFollower held = follower;
    if (held == null) {
      return;
    }
    for (ControlMessage.Membership membership : welcome.nodes()) {
      if (membership.network().equals(held.network())
          && membership.state().equals(NodeState.REMOVED)) {
        follower = null;
        saver.forget();
      }
    }
  }

  private void join(ControlStream stream, JoinKey key) {
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
              config.name() != null ? config.name() : HostName.get(),
              List.of()));
    } catch (CryptoException e) {
      events.refused("the coordinator's channel key is not usable", false);
    } catch (IOException e) {
      events.refused(String.valueOf(e.getMessage()), false);
    }
  }

  private void failed(ControlStream stream, ControlMessage.Failure failure) {
    long retry = failure.retryMs() * 1_000_000;
    if (retry > 0) {
      link.retryAfter(retry);
    }
    loop.post(() -> {
      if (follower == null || follower.self() == null) {
        heardOf = follower != null;
        if (retry > 0 && Standing.passes(failure.code())) {
          postpone(failure.code(), failure.text(), retry);
          stream.close(); // the next one asks again
        } else {
          events.refused(failure.text(), false);
        }
      } else {
        standing.say(failure.text());
        AgentLog.warn(
            HERE, "coordinator_refused", "the coordinator refused", REASON, failure.text());
      }
    });
  }

  private void postpone(String code, String text, long nanos) {
    if (follower == null) {
      standing.postponed(text);
      events.postponed(code, text, nanos);
    }
  }

  private <T> T onLoop(Supplier<T> question) {
    return LoopQuestion.ask(loop, question);
  }

  // --- any thread

  void send(FromAgent message) {
    link.send(message);
  }

  void hurry() {
    link.hurry();
  }

  void networkChanged() {
    link.networkChanged();
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
    return trust.url();
  }

  @Override
  public String root() {
    return trust.root();
  }

  /// What the user should know besides; on the packet loop's thread.
  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    String skew = trust.skew();
    if (skew != null) {
      notes.add(skew);
    }
    if (follower != null) {
      notes.addAll(follower.notes());
    }
    return notes;
  }

  @Override
  public String changes() {
    return follower == null ? "[]" : follower.changes();
  }

  @Override
  public @Nullable String remark() {
    return standing.remark();
  }

  @Override
  public void close() {
    link.close();
  }
}
