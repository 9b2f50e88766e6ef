package dev.adit.core.control;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Membership;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Newer;
import dev.adit.wire.control.ControlMessage.NodePresence;
import dev.adit.wire.control.ControlMessage.NotUnderstood;
import dev.adit.wire.control.ControlMessage.PeerPresence;
import dev.adit.wire.control.ControlMessage.Removed;
import dev.adit.wire.control.ControlMessage.Resume;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Unsupported;
import dev.adit.wire.control.ControlMessage.Watch;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HeadRecord;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import dev.adit.wire.control.RelayRecord;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What an agent makes of the maps, deltas and presence of one network: it believes only what the
/// coordinator's record keys signed, keeps the newest it ever saw, and works on from its copy when
/// the coordinator is away.
///
///     NetworkMap ──► head good? ──► each record good? ──► token, map ──► peers, relays, own node
///     Delta      ──►      and `from` = revision held?          └──► Save
///
/// Tell it what happened, drain [#poll] until null, sleep until [#wakeAt]. Times are the
/// coordinator's clock in seconds since 1970, see [TrustedCoordinator#seconds]. One thread at a time.
public final class MapFollower {
  /// How old a map may be in the coordinator's absence, unless configured otherwise: 30 days.
  public static final long OFFLINE_MAX_AGE = 30 * 86_400L;

  private static final int MAX_NOTES = 16;

  private final TrustedCoordinator coordinator;
  private final UUID network;
  private final PublicKey nodeKey;
  private final MapAge age;
  private final PresenceBoard presence = new PresenceBoard();
  private final PeerChanges changes = new PeerChanges();
  private final ArrayDeque<MapOutput> outputs = new ArrayDeque<>();
  private @Nullable HeldMap map;
  private boolean stored;

  // The present stream.
  private boolean connected;
  private boolean mapAsked;
  private int badHeads;
  private @Nullable String refusedHead;
  private final Watching watching = new Watching();

  // What was last told, and what the user should know.
  private MapOutput.@Nullable SelfChanged toldSelf;
  private List<NodeRecord> toldPeers = List.of();
  private List<RelayRecord> toldRelays = List.of();
  private MapOutput.@Nullable Suspended suspended;
  private List<String> notes = List.of();
  private long nextExpiry = SessionTimes.NEVER;

  /// Follows a network from nothing, after `joined`.
  ///
  /// @param nodeKey our own WireGuard key there
  /// @param offlineMaxAge seconds for which a map counts without the coordinator; 0: without end
  public MapFollower(
      TrustedCoordinator coordinator, UUID network, PublicKey nodeKey, long offlineMaxAge) {
    this.coordinator = coordinator;
    this.network = network;
    this.nodeKey = nodeKey;
    this.age = new MapAge(offlineMaxAge);
  }

  /// Follows a network from what [#json] wrote, without the coordinator; all is verified again, and
  /// expired records do not count.
  ///
  /// @throws MalformedException if nothing can be made of it; begin from nothing then
  public static MapFollower restore(
      TrustedCoordinator coordinator,
      PublicKey nodeKey,
      String json,
      long offlineMaxAge,
      long clock)
      throws MalformedException {
    JsonObject object = Json.parseObject(json);
    long time = object.integer("time", 0, Json.MAX_INTEGER);
    if (!(ControlMessage.read(object.object("map")) instanceof NetworkMap message)) {
      throw new MalformedException("stored map: holds another message");
    }
    var follower = new MapFollower(coordinator, message.network(), nodeKey, offlineMaxAge);
    follower.install(message, follower.verifiedHead(message.head(), message.revision()), time);
    follower.stored = true;
    follower.changes.restore(object);
    follower.tell(clock);
    return follower;
  }

  /// The map with its token as one line of JSON; empty before the first map.
  public String json() {
    if (map == null) {
      return "";
    }
    return new JsonWriter()
        .beginObject()
        .member("time", map.time())
        .name("map")
        .raw(map.message(presence.brief()).encode())
        .name("changes")
        .raw(changes.json())
        .endObject()
        .toString();
  }

  /// What to put into `hello`; null before the first map.
  public @Nullable Resume resume() {
    return map == null ? null : new Resume(network, map.token());
  }

  /// A stream was welcomed.
  ///
  /// @param memberships of `welcome`
  public void streamOpened(List<Membership> memberships) {
    connected = true;
    mapAsked = false;
    badHeads = 0;
    watching.streamOpened();
    presence.streamOpened();
    for (Membership membership : memberships) {
      if (membership.network().equals(network)) {
        if (membership.state().equals(NodeState.REMOVED)) {
          leave(Removed.REMOVED);
        } else if (isMissing()) {
          suspended = null; // whatever comes next, a delta or a map, is ours again
        }
        return;
      }
    }
    if (map != null) {
      suspend(
          "the coordinator does not know this node any more; was it restored from a backup?", true);
    }
  }

  /// The stream has ended; until now it would have told us of every change.
  public void streamClosed(long clock) {
    if (connected && map != null && suspended == null) {
      map.confirmed(clock);
      outputs.add(new MapOutput.Save(false));
    }
    connected = false;
    if (map != null) {
      nextExpiry = age.nextExpiry(map, false, clock);
    }
  }

  /// Any message of the stream; those that are not about this network are ignored.
  public void received(FromCoordinator message, long clock) {
    switch (message) {
      case NetworkMap whole when whole.network().equals(network) -> received(whole, clock);
      case Delta delta when delta.network().equals(network) -> received(delta, clock);
      case Current current when current.network().equals(network) -> received(current, clock);
      case PeerPresence said when said.network().equals(network) -> {
        for (NodePresence each : said.nodes()) {
          heard(each);
        }
      }
      case Removed removed when removed.network().equals(network) -> leave(removed.reason());
      case NotUnderstood critical when network.equals(critical.network()) -> {
        outputs.add(new MapOutput.Send(new Unsupported(network, critical.what())));
        suspend("the coordinator needs a newer program: " + critical.what(), false);
      }
      default -> {}
    }
  }

  private void received(NetworkMap whole, long clock) {
    HeadRecord head = headOrResync(whole.head(), whole.revision());
    if (head != null) {
      mapAsked = false;
      suspended = null;
      install(whole, head, clock);
      changed(clock);
    }
  }

  private void received(Delta delta, long clock) {
    if (mapAsked) {
      return; // overtaken by the map that was asked for
    }
    if (map != null && delta.revision() == map.revision() && delta.token().equals(map.token())) {
      return; // heard before
    }
    if (map == null || delta.from() != map.revision()) {
      resync();
      return;
    }
    HeadRecord head = headOrResync(delta.head(), delta.revision());
    if (head != null) {
      answer(map.change(delta, head, coordinator.identity().recordKeys(), clock));
      presence.retain(map.nodes.ids());
      changed(clock);
    }
  }

  private void received(Current current, long clock) {
    if (map == null || current.revision() != map.revision()) {
      resync();
      return;
    }
    suspended = null;
    map.confirmed(clock);
    tell(clock);
    watch(false);
  }

  private void install(NetworkMap whole, HeadRecord head, long clock) {
    if (map == null) {
      map = new HeldMap(whole, head);
    }
    answer(map.replace(whole, head, coordinator.identity().recordKeys(), clock));
    presence.retain(map.nodes.ids());
    for (NodePresence each : whole.presence()) {
      heard(each);
    }
  }

  private void answer(HeldMap.Answers answers) {
    for (Envelope newer : answers.newer()) {
      outputs.add(new MapOutput.Send(new Newer(network, newer)));
    }
    for (String what : answers.unsupported()) {
      outputs.add(new MapOutput.Send(new Unsupported(network, what)));
    }
  }

  private void changed(long clock) {
    tell(clock);
    outputs.add(new MapOutput.Save(!stored));
    stored = true;
    watch(false);
  }

  private @Nullable HeadRecord headOrResync(Envelope envelope, long messageRevision) {
    try {
      String critical = HeldMap.notUnderstood(envelope, coordinator.identity().recordKeys());
      if (critical != null) { // asked again, the coordinator could only say the same
        mapAsked = false;
        refusedHead = "the coordinator needs a newer program: " + critical;
        outputs.add(new MapOutput.Send(new Unsupported(network, critical)));
        return null;
      }
      HeadRecord head = verifiedHead(envelope, messageRevision);
      badHeads = 0;
      refusedHead = null;
      return head;
    } catch (MalformedException e) {
      mapAsked = false;
      refusedHead = "the coordinator's map is refused: " + e.getMessage();
      if (++badHeads >= 2) {
        outputs.add(new MapOutput.EndStream("twice in a row: " + e.getMessage()));
      } else {
        resync();
      }
      return null;
    }
  }

  private HeadRecord verifiedHead(Envelope envelope, long revision) throws MalformedException {
    return HeldMap.verifiedHead(envelope, network, revision, coordinator.identity().recordKeys());
  }

  private void resync() {
    if (!mapAsked) {
      mapAsked = true;
      outputs.add(new MapOutput.Send(new Resync(network)));
    }
  }

  private void heard(NodePresence said) {
    if (isPeer(said.node())) {
      NodePresence now = presence.heard(said);
      if (now != null) {
        outputs.add(new MapOutput.PresenceChanged(now));
      }
    }
  }

  private boolean isPeer(UUID node) {
    return map != null && map.nodes.holds(node) && !node.equals(map.self());
  }

  private void suspend(String why, boolean missing) {
    suspended = new MapOutput.Suspended(why, missing);
    outputs.add(suspended);
    tellPeers(List.of());
  }

  private void leave(String reason) {
    map = null;
    stored = false;
    toldSelf = null;
    suspended = null;
    notes = List.of();
    nextExpiry = SessionTimes.NEVER;
    tellPeers(List.of());
    outputs.add(new MapOutput.Left(reason));
  }

  /// Says what is different from what was last told.
  private void tell(long clock) {
    if (map == null) {
      return;
    }
    HeadRecord head = map.head();
    PeerChoice choice = PeerChoice.of(map.nodes.records(), head, clock);
    List<String> problems = new ArrayList<>(choice.notes());
    List<NodeRecord> peers = new ArrayList<>(choice.nodes().size());
    NodeRecord own = null;
    for (NodeRecord node : choice.nodes()) {
      if (node.node().equals(map.self())) {
        own = node;
      } else {
        peers.add(node);
      }
    }
    changes.now(peers, clock);
    if (own == null) {
      problems.addFirst("our own record is missing or not good");
    } else {
      if (!own.key().equals(nodeKey)) {
        problems.addFirst("our own record holds another WireGuard key; run: adit up KEY");
      }
      tellSelf(new MapOutput.SelfChanged(own, head.name(), head.ranges()));
    }
    if (age.isTooOld(map, connected, clock)) {
      problems.addFirst(
          "the map of "
              + Instant.ofEpochSecond(map.time())
              + " is too old to go on without the coordinator");
      peers.clear();
    }
    notes = problems;
    tellPeers(suspended == null ? peers : List.of());
    tellRelays(map.relays.records(), clock);
    nextExpiry = age.nextExpiry(map, connected, clock);
  }

  private void tellSelf(MapOutput.SelfChanged own) {
    if (!own.equals(toldSelf)) {
      toldSelf = own;
      outputs.add(own);
    }
  }

  private void tellPeers(List<NodeRecord> peers) {
    if (!peers.equals(toldPeers)) {
      toldPeers = Collections.unmodifiableList(peers);
      outputs.add(new MapOutput.PeersChanged(toldPeers));
    }
  }

  /// Relays whose time is over count only while the coordinator is away (control R-REC-8).
  private void tellRelays(List<RelayRecord> held, long clock) {
    List<RelayRecord> usable = new ArrayList<>();
    for (RelayRecord relay : held) {
      boolean ours = relay.networks() == null || relay.networks().contains(network);
      if (ours && !(connected && PeerChoice.isExpired(relay.notAfter(), clock))) {
        usable.add(relay);
      }
    }
    if (!usable.equals(toldRelays)) {
      toldRelays = Collections.unmodifiableList(usable);
      outputs.add(new MapOutput.RelaysChanged(toldRelays));
    }
  }

  /// Drops what has expired.
  public void timeReached(long clock) {
    if (clock >= nextExpiry) {
      tell(clock);
    }
  }

  /// When to call [#timeReached] next, on the coordinator's clock in seconds; `Long.MAX_VALUE` when
  /// nothing expires.
  public long wakeAt() {
    return nextExpiry;
  }

  /// A peer is not where it was said to be: asks anew, now (control R-PRES-3).
  public void locate(UUID node) {
    if (isPeer(node)) {
      watching.locate(node);
      watch(true);
    }
  }

  private void watch(boolean again) {
    if (map == null || !connected) {
      return;
    }
    Set<UUID> wanted = watching.wanted(map.nodes.ids(), map.self(), again);
    if (wanted != null) {
      outputs.add(new MapOutput.Send(new Watch(network, List.copyOf(wanted))));
    }
  }

  /// Sentences for `status`: what is not as it should be. Empty when all is well.
  public List<String> notes() {
    List<String> all = new ArrayList<>();
    if (suspended != null) {
      all.add(suspended.why());
    }
    if (refusedHead != null) {
      all.add(refusedHead);
    }
    all.addAll(notes.subList(0, Math.min(notes.size(), MAX_NOTES)));
    if (map != null) {
      all.addAll(map.notes());
    }
    return all;
  }

  /// The coordinator does not know this node, perhaps because of a restore from a backup: until it
  /// does again, the interface is to be down; keys and map stay (control R-DB-10).
  public boolean isMissing() {
    return suspended != null && suspended.missing();
  }

  /// Peers that came, changed and went, as a JSON array (control R-REC-7).
  public String changes() {
    return changes.json();
  }

  public UUID network() {
    return network;
  }

  /// Our own node, by the last map.
  public @Nullable NodeRecord self() {
    return map == null ? null : map.nodes.record(map.self());
  }

  /// The record of our own node, by the last map: a relay that is cut off may want to see it
  /// (relay-rung RR-42).
  public @Nullable Envelope selfRecord() {
    return map == null ? null : map.nodes.envelope(map.self());
  }

  /// The number of changes in the map held; 0 before the first.
  public long revision() {
    return map == null ? 0 : map.revision();
  }

  /// When the map held came, on the coordinator's clock in seconds; 0 before the first.
  public long mapTime() {
    return map == null ? 0 : map.time();
  }

  /// The next thing to do, or null.
  public @Nullable MapOutput poll() {
    return outputs.poll();
  }
}
