package dev.adit.coordinator.stream;

import dev.adit.coordinator.NetworkAdmission;
import dev.adit.coordinator.store.Committed;
import dev.adit.coordinator.store.Transactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.core.coordinator.Gathering;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.NetworkView;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.core.coordinator.Records;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.RelayMember;
import dev.adit.core.coordinator.Removing;
import dev.adit.core.coordinator.Takeovers;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.Clock;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.Admitted;
import dev.adit.wire.control.ControlMessage.DescribeRelay;
import dev.adit.wire.control.ControlMessage.Drain;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.Newer;
import dev.adit.wire.control.ControlMessage.OwnPresence;
import dev.adit.wire.control.ControlMessage.RelayReport;
import dev.adit.wire.control.ControlMessage.Removed;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Unsupported;
import dev.adit.wire.control.ControlMessage.Watch;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Knows every stream and every network, and tells each what it should know.
///
/// After a commit, in this order: the admission set of relays in this process, the delta to every
/// stream of the network, the answer (control R-DB-1). Public methods may be called by any thread;
/// the rest is confined to the hub thread.
public final class Hub implements AutoCloseable {
  private static final int MOST_MAPS = 10;
  private static final long MINUTE = 60_000_000_000L;

  private final Writer writer;
  private final Transactions transactions;
  private final Records records;
  private final Supplier<Envelope> identity;
  private final String build;
  private final Clock clock;
  private final HubThread thread;
  private final StreamNumbers numbers;
  private final LastSeen lastSeen;

  final StreamCounters counters = new StreamCounters();
  private final Map<UUID, NetworkRoom> rooms = new HashMap<>();
  private final Memberships memberships = new Memberships();
  private final Map<PublicKey, OpenStream> running = new HashMap<>();
  private final Map<MachineConnection, OpenStream> sessions = new HashMap<>();
  private final Takeovers takeovers = new Takeovers();
  private final Joins joins;
  private final MapEncoders maps = new MapEncoders();
  private final Heals heals;
  final RelayStreams relays;
  private final ServedKeys served;
  private @Nullable CompletableFuture<Void> allLeft; // null until asked for

  /// @param identity the document as it is now
  /// @param recordKeys with which records of this coordinator were ever signed
  /// @param build of this program, for agents' logs
  /// @param state read from the database before anybody connects
  public Hub(
      Writer writer,
      Transactions transactions,
      Records records,
      NetworkAdmission admission,
      Supplier<Envelope> identity,
      Supplier<List<VerifyingKey>> recordKeys,
      String build,
      Clock clock,
      StartState state) {
    this.writer = writer;
    this.transactions = transactions;
    this.identity = identity;
    this.records = records;
    this.build = build;
    this.clock = clock;
    thread = new HubThread(clock, new Due());
    numbers = new StreamNumbers(writer, thread, state.firstStream());
    joins = new Joins(this, thread, writer, transactions, clock);
    lastSeen = new LastSeen(writer, clock, state.lastSeen());
    heals = new Heals(this, thread, writer, transactions, recordKeys, clock);
    relays = new RelayStreams(this, joins, thread, writer, transactions, clock, state);
    served = new ServedKeys(admission, relays, clock);
    for (NetworkView view : state.networks()) {
      rooms.put(view.network().id(), new NetworkRoom(view, records, maps, counters, clock));
      for (var node : view.nodes().values()) {
        memberships.put(node.row());
        served.changed(null, node.row());
      }
    }
    state.tombstones().forEach(memberships::put);
    thread.start();
  }

  private final class Due implements HubThread.Timer {
    @Override
    public long wakeAt() {
      long wake = Math.min(lastSeen.wakeAt(), served.wakeAt());
      for (NetworkRoom room : rooms.values()) {
        wake = Math.min(wake, room.wakeAt());
      }
      return wake;
    }

    @Override
    public void timeReached(long now) {
      rooms.values().forEach(room -> room.timeReached(now));
      lastSeen.timeReached(now);
      served.timeReached(now);
    }
  }

  /// What the API shows of a node.
  ///
  /// @param relay the name of its home relay, if it is on line and told one
  /// @param lastSeen seconds since 1970; 0 if never
  public record NodeStatus(NodeRow row, boolean online, @Nullable String relay, long lastSeen) {}

  /// All live nodes, in the order of their joining.
  public CompletableFuture<List<NodeStatus>> nodes() {
    return ask(() ->
        rooms.values().stream()
            .flatMap(room -> room.view.nodes().values().stream().map(n -> status(room, n)))
            .sorted((a, b) -> a.row().id().compareTo(b.row().id()))
            .toList());
  }

  private NodeStatus status(NetworkRoom room, NetworkView.Node node) {
    var presence = room.presences.of(node.row().id());
    boolean online = presence != null && presence.online();
    long seen = online ? clock.wall().getEpochSecond() : lastSeen.of(node.row().machineKey());
    UUID relay = presence != null && online ? presence.relay() : null;
    return new NodeStatus(
        node.row(), online, relay == null ? null : room.view.relayName(relay), seen);
  }

  /// How each relay that joined is, by its server key.
  public CompletableFuture<Map<PublicKey, RelayState>> relayStates() {
    return ask(relays::states);
  }

  CompletableFuture<HubSizes> sizes() {
    return ask(() -> HubSizes.of(sessions.size(), rooms.values()));
  }

  /// Shows what was committed to those who follow it; to be called in the order of the commits, by
  /// the writer's thread.
  ///
  /// @return done when it was told
  public CompletableFuture<Void> committed(List<Committed> changes) {
    return ask(() -> {
      changes.forEach(this::apply);
      return null;
    });
  }

  /// A network was made.
  ///
  /// @param served records of the relays that serve it
  public CompletableFuture<Void> made(NetworkRow network, Map<UUID, Envelope> served) {
    return ask(() -> {
      var view = new NetworkView(network);
      view.load(List.of(), served, List.of());
      rooms.put(network.id(), new NetworkRoom(view, records, maps, counters, clock));
      return null;
    });
  }

  /// A relay that had joined was removed.
  public CompletableFuture<Void> removed(RelayMember member, List<Committed> changes) {
    return ask(() -> {
      changes.forEach(this::apply);
      relays.removed(member);
      return null;
    });
  }

  /// Removes a node (control R-REC-9).
  ///
  /// @return done when relays and every stream of the network were told
  public CompletableFuture<Writer.Result<Removing.Outcome>> remove(String idOrName) {
    var answer = new CompletableFuture<Writer.Result<Removing.Outcome>>();
    long now = clock.wall().getEpochSecond();
    writer.submit(
        sql -> transactions.remove(sql, idOrName, now),
        // Posted by the writer's thread: the hub hears of changes in the order of their commits.
        result -> thread.post(() -> removed(result, answer)));
    return answer;
  }

  private void removed(
      Writer.Result<Transactions.Removed> result,
      CompletableFuture<Writer.Result<Removing.Outcome>> answer) {
    switch (result) {
      case Writer.Result.Failed(var refusal) ->
          answer.complete(new Writer.Result.Failed<>(refusal));
      case Writer.Result.Done(Transactions.Removed(var outcome, var committed)) -> {
        var done = new Writer.Result.Done<>(outcome);
        if (committed == null) {
          answer.complete(done);
        } else {
          apply(committed);
          room(committed.network().id()).afterDelta(() -> answer.complete(done));
        }
      }
    }
  }

  private <T extends @Nullable Object> CompletableFuture<T> ask(Supplier<T> question) {
    var answer = new CompletableFuture<T>();
    thread.post(() -> {
      try {
        answer.complete(question.get());
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  NetworkRoom room(UUID network) {
    NetworkRoom room = rooms.get(network);
    if (room == null) {
      throw new IllegalStateException("no network " + network);
    }
    return room;
  }

  void apply(Committed change) {
    NetworkRoom room = room(change.network().id());
    var nodes = change.nodes().stream().map(StartState::node).toList();
    for (var node : nodes) {
      var before = room.view.nodes().get(node.row().id());
      served.changed(before == null ? null : before.row(), node.row());
      memberships.put(node.row());
    }
    relays.changed();
    var records = new HashMap<UUID, @Nullable Envelope>();
    for (var relay : change.relays()) {
      UUID id = relay.row().id();
      boolean there = relay.row().serves(room.id());
      records.put(id, there ? StartState.envelope(relay.record()) : null);
    }
    room.view.committed(change.network(), change.change(), nodes, records);
    room.changed();
    for (var node : nodes) {
      if (!node.row().isLive()) {
        tellRemoved(room, node.row());
      }
    }
  }

  private void tellRemoved(NetworkRoom room, NodeRow node) {
    OpenStream session = running.get(node.machineKey());
    if (session != null && node.id().equals(session.nodes.get(room.id()))) {
      room.detach(session);
      session.peer.send(new Removed(room.id(), node.id(), Removed.REMOVED));
    }
    room.presences.removed(node.id());
  }

  /// A machine proved its key and said `hello`.
  void opened(MachineConnection peer, Hello hello) {
    thread.post(() -> open(peer, hello));
  }

  private void open(MachineConnection peer, Hello hello) {
    PublicKey machine = peer.machine();
    OpenStream before = running.get(machine);
    String runs = before == null ? null : before.instance;
    if (!takeovers.streamOpened(machine, hello.instance(), runs, clock.nanos())) {
      StreamLog.duplicateMachine(memberships.live(machine));
      Refusal duplicate = Refusal.duplicateMachine();
      peer.send(failure(0, duplicate));
      if (before != null) {
        before.peer.send(new Failure(0, duplicate.code(), duplicate.text(), 0, false));
      }
      return;
    }
    var session = new OpenStream(peer, hello.instance(), numbers.next());
    running.put(machine, session);
    sessions.put(peer, session);
    lastSeen.opened(session);
    peer.send(
        new Welcome(
            ControlMessage.PROTOCOL,
            ControlMessage.PROTOCOL,
            List.of(),
            build,
            clock.wall().toEpochMilli(),
            session.number,
            identity.get(),
            memberships.of(machine)));
    if (hello.role().equals(Hello.RELAY)) {
      relays.opened(session, hello.token(null));
    }
    for (NodeRow node : memberships.live(machine)) {
      room(node.network()).attach(session, node.id(), hello.token(node.network()));
    }
    if (before != null) {
      before.peer.send(new Superseded(session.number));
      end(before);
    }
  }

  /// A connection ended.
  void closed(MachineConnection peer) {
    thread.post(() -> {
      OpenStream session = sessions.get(peer);
      if (session != null) {
        end(session);
      }
    });
  }

  private void end(OpenStream session) {
    session.ended = true;
    sessions.remove(session.peer);
    if (running.remove(session.peer.machine(), session)) {
      lastSeen.closed(session);
    }
    relays.closed(session);
    for (UUID network : Set.copyOf(session.nodes.keySet())) {
      room(network).detach(session);
    }
    tellIfAllLeft();
  }

  /// A machine wants to become a node.
  ///
  /// @param proven it holds the node key of `join`
  void join(MachineConnection peer, Join join, boolean proven) {
    thread.post(() -> {
      OpenStream session = sessions.get(peer);
      if (session != null) {
        if (relays.isRelay(session)) {
          relays.join(session, join, proven);
        } else {
          joins.asked(session, join, proven);
        }
      }
    });
  }

  /// Asks every agent to leave, spread over the time that a coordinator elsewhere or the next start
  /// needs to take them (control R-AG-8).
  ///
  /// @return how long to wait for [Leaving#done]
  public Leaving drain(RandomGenerator random) {
    return ask(
            () -> {
              var done = new CompletableFuture<Void>();
              allLeft = done;
              long spread = askToLeave(random);
              tellIfAllLeft();
              return new Leaving(spread, done);
            })
        .join();
  }

  /// There is another identity document: asks every agent to come back for it, as `welcome` alone
  /// shows it.
  public void identityChanged(RandomGenerator random) {
    thread.post(() -> {
      long _ = askToLeave(random);
    });
  }

  /// @return milliseconds over which the leaving is spread: a second for 500 agents, 2 to 60 s
  private long askToLeave(RandomGenerator random) {
    long spread = Math.clamp(sessions.size() * 1_000L / 500, 2_000, 60_000);
    for (OpenStream session : sessions.values()) {
      session.peer.send(new Drain(random.nextLong(spread), List.of()));
    }
    return spread;
  }

  /// Agents that have been asked to leave.
  ///
  /// @param millis until the last one should have left
  /// @param done when all have
  public record Leaving(long millis, CompletableFuture<Void> done) {}

  private void tellIfAllLeft() {
    if (allLeft != null && sessions.isEmpty()) {
      allLeft.complete(null);
    }
  }

  static Failure failure(long re, Refusal refusal) {
    return new Failure(re, refusal.code(), refusal.text(), refusal.retryMillis(), refusal.fatal());
  }

  /// Any other message of a stream.
  ///
  /// @param done run when it was dealt with
  void received(MachineConnection peer, ControlMessage.FromAgent message, Runnable done) {
    thread.post(() -> {
      OpenStream session = sessions.get(peer);
      if (session != null) {
        received(session, message);
      }
      done.run();
    });
  }

  private void received(OpenStream session, ControlMessage.FromAgent message) {
    switch (message) {
      case OwnPresence told -> {
        NetworkRoom room = rooms.get(told.network());
        UUID node = session.nodes.get(told.network());
        if (room != null && node != null) {
          room.presences.told(
              node,
              session.number,
              told.counter(),
              told.relay(),
              told.probeKey(),
              told.candidates());
        }
      }
      case Watch(var network, var nodes) -> {
        NetworkRoom room = rooms.get(network);
        if (room != null) {
          room.watch(session, nodes);
        }
      }
      case Resync(var network) -> resync(session, network);
      case Newer(_, var held) -> heals.reported(held);
      case DescribeRelay told -> relays.described(session, told);
      case Admitted(var token) -> relays.admitted(session, token);
      case RelayReport report -> relays.reported(session, report);
      case Unsupported(_, var what) -> StreamLog.notUnderstood(what);
      default -> throw new IllegalStateException("not for the hub: " + message.getClass());
    }
  }

  private void resync(OpenStream session, @Nullable UUID network) {
    long now = clock.nanos();
    if (now - session.mapsSince > MINUTE) {
      session.mapsSince = now;
      session.maps = 0;
    }
    if (++session.maps > MOST_MAPS) {
      counters.mapsRefused.increment();
      session.peer.send(failure(0, Refusal.rateLimited(60, true)));
      return;
    }
    NetworkRoom room = network == null ? null : rooms.get(network);
    if (network == null) {
      relays.resync(session);
    } else if (room != null) {
      room.sendMap(session, FullMap.ASKED);
    }
  }

  /// Ends the thread after what was posted before.
  @Override
  public void close() {
    thread.post(() -> running.values().forEach(lastSeen::closed));
    thread.post(() -> lastSeen.timeReached(Gathering.NEVER));
    thread.close();
    maps.close();
  }
}
