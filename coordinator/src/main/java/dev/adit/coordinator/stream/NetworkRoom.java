package dev.adit.coordinator.stream;

import dev.adit.core.control.CoordinatorSession;
import dev.adit.core.coordinator.Gathering;
import dev.adit.core.coordinator.NetworkView;
import dev.adit.core.coordinator.Presences;
import dev.adit.core.coordinator.Records;
import dev.adit.net.Clock;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.NodePresence;
import dev.adit.wire.control.ControlMessage.PeerPresence;
import dev.adit.wire.control.Envelope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One network with the streams that hear of it. All of them are at the same revision, [#told]: a
/// newcomer waits for the pending delta. Confined to the hub thread.
final class NetworkRoom {
  private static final long GATHER = 50_000_000L;
  private static final long REST_PER_STREAM = 200_000;
  private static final long MOST_REST = 500_000_000;

  final NetworkView view;
  final Presences presences = new Presences();
  private final Records records;
  private final MapEncoders maps;
  private final StreamCounters counters;
  private final Clock clock;
  private final Map<Long, OpenStream> sessions = new HashMap<>();
  private final Gathering changes = new Gathering(1, GATHER);
  private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
  private long told;

  NetworkRoom(
      NetworkView view, Records records, MapEncoders maps, StreamCounters counters, Clock clock) {
    this.view = view;
    this.records = records;
    this.maps = maps;
    this.counters = counters;
    this.clock = clock;
    told = view.network().revision();
    presences.sized(view.nodes().size());
  }

  UUID id() {
    return view.network().id();
  }

  /// How many streams hear of it.
  int streams() {
    return sessions.size();
  }

  /// The view has a new revision; [#timeReached] tells it: at once after 50 ms of quiet, else when
  /// they are over (control R-REV-6). With more than 250 streams quiet is longer, see [#rest].
  void changed() {
    presences.sized(view.nodes().size());
    changes.changed();
  }

  /// Runs `answer` after every stream was told what is committed by now (control R-DB-1).
  void afterDelta(Runnable answer) {
    if (told == view.network().revision()) {
      answer.run();
    } else {
      answers.add(answer);
    }
  }

  /// Lets a stream hear of this network, beginning with what its token deserves.
  ///
  /// @param token of the map it holds; null for none
  void attach(OpenStream session, UUID node, @Nullable String token) {
    if (isBehind()) {
      tellChanges();
    }
    boolean anew = session.nodes.put(id(), node) == null;
    sessions.put(session.number, session);
    session.peer.nodeKnown();
    if (anew) {
      presences.opened(node, session.number, session.peer.address());
    }
    switch (view.resume(token)) {
      case NetworkView.Resume.Current _ -> {
        counters.resumedCurrent.increment();
        session.peer.send(new Current(id(), told));
        sendPresence(session, presences.online(node));
      }
      case NetworkView.Resume.Changed(var difference) -> {
        counters.deltas.increment();
        session.peer.send(delta(difference));
        sendPresence(session, presences.online(node));
      }
      case NetworkView.Resume.Whole(var reason) -> sendMap(session, FullMap.of(reason));
    }
  }

  /// Sends the whole map.
  void sendMap(OpenStream session, FullMap why) {
    if (isBehind()) {
      tellChanges();
    }
    UUID self = session.nodes.get(id());
    if (self == null) {
      return;
    }
    counters.map(why);
    var nodes = new ArrayList<Envelope>(view.nodes().size());
    view.nodes().values().forEach(node -> nodes.add(node.record()));
    maps.send(
        session.peer,
        new NetworkMap(
            id(),
            told,
            view.token(),
            head(),
            self,
            nodes,
            List.copyOf(view.relays()),
            presences.online(self)));
  }

  /// A stream ended or was superseded.
  void detach(OpenStream session) {
    UUID node = session.nodes.remove(id());
    if (sessions.remove(session.number) != null && node != null) {
      presences.closed(node, session.number);
    }
  }

  /// Answers `watch` at once.
  void watch(OpenStream session, List<UUID> nodes) {
    sendPresence(session, presences.watched(session.number, nodes, view.nodes().keySet()));
  }

  private void sendPresence(OpenStream session, List<NodePresence> nodes) {
    if (!nodes.isEmpty()) {
      counters.presence(nodes.size());
      session.peer.send(new PeerPresence(id(), nodes));
    }
  }

  long wakeAt() {
    // Presence waits for the delta: it may be about a node that nobody knows yet.
    return Math.min(changes.dueAt(), isBehind() ? Gathering.NEVER : presences.wakeAt());
  }

  void timeReached(long now) {
    if (changes.dueAt() <= now) {
      tellChanges();
    }
    if (!isBehind()) {
      for (var batch : presences.due(now)) {
        OpenStream session = sessions.get(batch.stream());
        if (session != null) {
          sendPresence(session, batch.nodes());
        }
      }
    }
  }

  /// How long to gather changes after so many streams were told, in nanoseconds: each costs some 20
  /// µs here and 50 µs at its agent, so that more often a thousand who join at once would keep a
  /// processor busy with telling each of each.
  static long rest(int streams) {
    return Math.min(MOST_REST, streams * REST_PER_STREAM);
  }

  private boolean isBehind() {
    return told != view.network().revision();
  }

  /// One delta with one head for all streams, then the answers that waited for it.
  private void tellChanges() {
    if (isBehind()) {
      var difference = view.since(told);
      told = view.network().revision();
      long now = clock.nanos();
      changes.sent(now);
      changes.restUntil(now + rest(sessions.size()));
      if (!sessions.isEmpty()) {
        counters.deltas.add(sessions.size());
        var encoded = CoordinatorSession.encode(delta(difference));
        sessions.values().forEach(session -> session.peer.sendEncoded(encoded));
      }
    }
    for (var answer = answers.poll(); answer != null; answer = answers.poll()) {
      answer.run();
    }
  }

  private Delta delta(NetworkView.Difference difference) {
    return new Delta(
        id(),
        difference.from(),
        view.network().revision(),
        view.token(),
        head(),
        difference.nodes(),
        difference.gone(),
        difference.relays(),
        difference.goneRelays());
  }

  private Envelope head() {
    return records.head(view.network(), clock.wall().getEpochSecond());
  }
}
