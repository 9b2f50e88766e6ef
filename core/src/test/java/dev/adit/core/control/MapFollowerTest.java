package dev.adit.core.control;

import static dev.adit.core.control.FakeCoordinator.NETWORK;
import static dev.adit.core.control.FakeCoordinator.NOW;
import static dev.adit.core.control.FakeCoordinator.RECORD;
import static dev.adit.core.control.FakeCoordinator.ROOT;
import static dev.adit.core.control.FakeCoordinator.delta;
import static dev.adit.core.control.FakeCoordinator.head;
import static dev.adit.core.control.FakeCoordinator.id;
import static dev.adit.core.control.FakeCoordinator.key;
import static dev.adit.core.control.FakeCoordinator.map;
import static dev.adit.core.control.FakeCoordinator.node;
import static dev.adit.core.control.FakeCoordinator.relay;
import static dev.adit.core.control.FakeCoordinator.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.control.MapOutput.EndStream;
import dev.adit.core.control.MapOutput.Left;
import dev.adit.core.control.MapOutput.PeersChanged;
import dev.adit.core.control.MapOutput.PresenceChanged;
import dev.adit.core.control.MapOutput.RelaysChanged;
import dev.adit.core.control.MapOutput.Save;
import dev.adit.core.control.MapOutput.SelfChanged;
import dev.adit.core.control.MapOutput.Send;
import dev.adit.core.control.MapOutput.Suspended;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.FromAgent;
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
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// We are node 1 of a network; the coordinator is a test that signs what it likes.
class MapFollowerTest {
  private static final Membership MEMBER = new Membership(NETWORK, id(1), NodeState.ACTIVE);
  private static final NodeRecord SELF = node(1, 10);
  private static final NodeRecord TWO = node(2, 10);
  private static final NodeRecord THREE = node(3, 10);

  private static final long MONTH = MapFollower.OFFLINE_MAX_AGE;

  private final TrustedCoordinator coordinator = FakeCoordinator.trusted();
  private MapFollower follower = new MapFollower(coordinator, NETWORK, key(1), MONTH);
  private List<MapOutput> outputs = List.of();

  @BeforeEach
  void connects() {
    follower.streamOpened(List.of(MEMBER));
  }

  @Test
  void buildsTheNetworkFromItsFirstMap() {
    var presence = List.of(NodePresence.brief(id(2), true, id(99)));
    hears(map(1, List.of(signed(SELF), signed(TWO)), List.of(sign(0)), presence));
    assertThat(outputs)
        .containsExactly(
            new PresenceChanged(NodePresence.brief(id(2), true, id(99))),
            new SelfChanged(SELF, "default", List.of(Prefix.literal("10.77.0.0/18"))),
            new PeersChanged(List.of(TWO)),
            new RelaysChanged(List.of(relay(0))),
            new Save(true),
            new Send(new Watch(NETWORK, List.of(id(2)))));
    assertThat(follower.resume()).isEqualTo(new Resume(NETWORK, "1.1"));
    assertThat(follower.notes()).isEmpty();
  }

  @Test
  void followsDeltas() {
    hears(map(1, List.of(signed(SELF), signed(TWO))));
    hears(delta(1, 2, List.of(signed(THREE)), List.of()));
    assertThat(outputs)
        .containsExactly(
            new PeersChanged(List.of(TWO, THREE)),
            new Save(false),
            new Send(new Watch(NETWORK, List.of(id(2), id(3)))));
    hears(delta(2, 3, List.of(), List.of(id(2))));
    assertThat(peers()).containsExactly(THREE);
    assertThat(follower.resume()).isEqualTo(new Resume(NETWORK, "1.3"));
  }

  @Test
  void ignoresADeltaHeardBeforeAndAsksForAMapAfterAGap() {
    hears(map(1, List.of(signed(SELF), signed(TWO))));
    hears(delta(1, 2, List.of(signed(THREE)), List.of()));
    hears(delta(1, 2, List.of(signed(THREE)), List.of()));
    assertThat(outputs).isEmpty();
    hears(delta(5, 6, List.of(), List.of(id(2))));
    assertThat(sent()).containsExactly(new Resync(NETWORK));
    hears(delta(6, 7, List.of(), List.of(id(2))));
    assertThat(outputs).isEmpty(); // asked already
    hears(new Current(NETWORK, 9));
    assertThat(sent()).isEmpty();
    hears(map(7, List.of(signed(SELF), signed(THREE))));
    assertThat(peers()).containsExactly(THREE);
  }

  /// C-15: the same keys sign the records of all networks of a coordinator.
  @Test
  void takesNoNodeOfAnotherNetwork() {
    String body = TWO.body().replace(NETWORK.toString(), id(77).toString());
    var foreign = Envelope.sign(Context.NODE, body, RECORD);
    hears(map(1, List.of(signed(SELF), foreign, signed(THREE))));
    assertThat(peers()).containsExactly(THREE);
    assertThat(follower.notes()).containsExactly("a node record of another network");
    hears(delta(1, 2, List.of(foreign), List.of()));
    assertThat(outputs).containsExactly(new Save(false));
  }

  @Test
  void dropsWhatIsAbsentFromAMapEvenOfALowerRevision() {
    hears(map(9, List.of(signed(SELF), signed(TWO), signed(THREE))));
    hears(map(4, List.of(signed(SELF), signed(THREE))));
    assertThat(peers()).containsExactly(THREE);
    assertThat(follower.revision()).isEqualTo(4);
  }

  @Test
  void missesOnlyThePeerWhoseRecordIsNotGood() {
    var touched = changed(signed(TWO), "10.77.0.2", "10.77.0.7");
    hears(map(1, List.of(signed(SELF), touched, signed(THREE))));
    assertThat(peers()).containsExactly(THREE);
    assertThat(follower.notes()).containsExactly("a node record without a good signature");

    var wrongContext = Envelope.sign(Context.HEAD, TWO.body(), RECORD);
    var wrongKey = Envelope.sign(Context.NODE, TWO.body(), ROOT);
    hears(map(2, List.of(signed(SELF), wrongContext, wrongKey, signed(THREE))));
    assertThat(outputs).containsExactly(new Save(false));
  }

  @Test
  void missesPeersOutsideTheRangesOrExpired() {
    var outside = node(2, 10, "10.99.0.2", key(2), 0);
    var expired = node(4, 10, "10.77.0.4", key(4), NOW - 91);
    hears(map(1, List.of(signed(SELF), signed(outside), signed(THREE), signed(expired))));
    assertThat(peers()).containsExactly(THREE);
    assertThat(follower.notes())
        .containsExactlyInAnyOrder(
            "node2 has address 10.99.0.2 outside the network's ranges", "node4 has expired");
  }

  @Test
  void dropsAPeerWhenItsTimeIsOver() {
    var mortal = node(2, 10, "10.77.0.2", key(2), NOW + 100);
    hears(map(1, List.of(signed(SELF), signed(mortal))));
    assertThat(follower.wakeAt()).isEqualTo(NOW + 191);
    follower.timeReached(NOW + 190);
    assertThat(drain()).isEmpty();
    follower.timeReached(NOW + 191);
    assertThat(peersIn(drain())).isEmpty();
    assertThat(follower.wakeAt()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void letsTheNewerOfTwoRecordsHaveAKeyOrAddress() {
    var sameAddress = node(4, 11, "10.77.0.2", key(4), 0);
    var sameKey = node(5, 9, "10.77.0.5", key(3), 0);
    hears(map(1, signedAll(SELF, TWO, THREE, sameAddress, sameKey)));
    assertThat(peers()).containsExactly(THREE, sameAddress);
  }

  @Test
  void keepsTheNewestRecordItEverSawAndTellsTheCoordinator() {
    var newer = node(2, 20, "10.77.0.22", key(2), 0);
    hears(map(5, signedAll(SELF, newer)));
    hears(map(4, signedAll(SELF, TWO)));
    assertThat(sent()).containsExactly(new Newer(NETWORK, signed(newer)));
    assertThat(outputs).doesNotHaveAnyElementsOfTypes(PeersChanged.class);
    assertThat(follower.notes())
        .containsExactly("the coordinator showed an older record of node2; the newer is kept");

    var sameSerial = node(2, 20, "10.77.0.23", key(2), 0);
    hears(delta(4, 5, signedAll(sameSerial), List.of()));
    assertThat(sent()).containsExactly(new Newer(NETWORK, signed(newer)));

    var healed = node(2, 21, "10.77.0.2", key(2), 0);
    hears(delta(5, 6, signedAll(healed), List.of()));
    assertThat(peers()).containsExactly(healed);
    assertThat(follower.notes()).isEmpty();
  }

  @Test
  void dropsAMessageWithABadHeadAndEndsTheStreamAtTheSecond() {
    hears(map(1, signedAll(SELF, TWO)));
    hears(headed(map(2, signedAll(SELF)), head(2, ROOT)));
    assertThat(outputs).containsExactly(new Send(new Resync(NETWORK)));
    hears(headed(map(2, signedAll(SELF)), head(3)));
    assertThat(outputs).hasSize(1).hasOnlyElementsOfType(EndStream.class);
    assertThat(follower.revision()).isEqualTo(1);
  }

  @Test
  void startsWithoutTheCoordinator() throws MalformedException {
    var presence = List.of(NodePresence.brief(id(2), true, id(99)));
    hears(map(3, signedAll(SELF, TWO), List.of(sign(NOW + 10)), presence));
    var restored = MapFollower.restore(coordinator, key(1), follower.json(), MONTH, NOW + 1000);
    follower = restored;
    assertThat(drain())
        .containsExactly(
            new PresenceChanged(NodePresence.brief(id(2), true, id(99))),
            new SelfChanged(SELF, "default", List.of(Prefix.literal("10.77.0.0/18"))),
            new PeersChanged(List.of(TWO)),
            new RelaysChanged(List.of(relay(NOW + 10)))); // expired, but still dialled
    assertThat(restored.resume()).isEqualTo(new Resume(NETWORK, "1.3"));
    assertThat(restored.mapTime()).isEqualTo(NOW);
    assertThat(restored.json()).isEqualTo(restoredAgain(restored).json());

    restored.streamOpened(List.of(MEMBER));
    hears(new Current(NETWORK, 3));
    assertThat(sent()).containsExactly(new Watch(NETWORK, List.of(id(2))));
  }

  @Test
  void aMapEndsAMonthAfterTheCoordinatorWasLastThere() throws MalformedException {
    hears(map(3, signedAll(SELF, TWO)));
    follower.streamClosed(NOW + 100); // until then it would have told us of changes
    follower = MapFollower.restore(coordinator, key(1), follower.json(), MONTH, NOW + 200);
    assertThat(drain()).contains(new PeersChanged(List.of(TWO)));
    assertThat(follower.mapTime()).isEqualTo(NOW + 100);
    assertThat(follower.wakeAt()).isEqualTo(NOW + 100 + MONTH + 1);
    follower.timeReached(NOW + 100 + MONTH);
    assertThat(drain()).isEmpty();
    follower.timeReached(NOW + 100 + MONTH + 1);
    assertThat(drain()).containsExactly(new PeersChanged(List.of()));
    assertThat(follower.notes()).first().asString().contains("too old to go on without");

    follower.streamOpened(List.of(MEMBER));
    follower.received(new Current(NETWORK, 3), NOW + 101 + MONTH);
    assertThat(drain()).contains(new PeersChanged(List.of(TWO)));
    assertThat(follower.mapTime()).isEqualTo(NOW + 101 + MONTH);
  }

  @Test
  void aMapNeverEndsIfTheUserSaysSo() throws MalformedException {
    hears(map(3, signedAll(SELF, TWO)));
    follower = MapFollower.restore(coordinator, key(1), follower.json(), 0, NOW + 100 * MONTH);
    assertThat(drain()).contains(new PeersChanged(List.of(TWO)));
    assertThat(follower.notes()).isEmpty();
  }

  @Test
  void believesNoStoredMapThatWasTouched() throws MalformedException {
    hears(map(3, signedAll(SELF, TWO)));
    String touched = follower.json().replace("10.77.0.2", "10.77.0.3");
    follower = MapFollower.restore(coordinator, key(1), touched, MONTH, NOW);
    assertThat(drain()).doesNotHaveAnyElementsOfTypes(PeersChanged.class);
    for (String bad : List.of("", "{}", touched.replace("default", "other"))) {
      assertThatThrownBy(() -> MapFollower.restore(coordinator, key(1), bad, MONTH, NOW))
          .isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void keepsTheNewestOfWhatItIsToldAboutPresence() {
    hears(map(1, signedAll(SELF, TWO)));
    var first = presence(17, 4, true);
    hears(new PeerPresence(NETWORK, List.of(first)));
    assertThat(outputs).containsExactly(new PresenceChanged(first));
    hears(
        new PeerPresence(NETWORK, List.of(first, presence(17, 3, false), presence(16, 9, false))));
    assertThat(outputs).isEmpty();
    hears(new PeerPresence(NETWORK, List.of(presence(18, 0, false))));
    assertThat(outputs).containsExactly(new PresenceChanged(presence(18, 0, false)));

    var stranger = new NodePresence(id(50), 1, 1, true, null, null, null, List.of());
    var own = new NodePresence(id(1), 1, 1, true, null, null, null, List.of());
    hears(new PeerPresence(NETWORK, List.of(stranger, own)));
    assertThat(outputs).isEmpty();

    follower.streamClosed(NOW);
    assertThat(drain()).containsExactly(new Save(false));
    follower.streamOpened(List.of(MEMBER)); // a restored coordinator counts from less
    hears(new PeerPresence(NETWORK, List.of(presence(2, 0, true))));
    assertThat(outputs).containsExactly(new PresenceChanged(presence(2, 0, true)));
  }

  @Test
  void asksAgainWhereAPeerIs() {
    hears(map(1, signedAll(SELF, TWO, THREE)));
    follower.locate(id(3));
    assertThat(drain()).containsExactly(new Send(new Watch(NETWORK, List.of(id(2), id(3)))));
    follower.locate(id(50));
    assertThat(drain()).isEmpty();
  }

  @Test
  void watchesOnlyWhomItLooksForInALargeNetwork() {
    var many = new ArrayList<NodeRecord>();
    for (int i = 1; i <= 257; i++) {
      many.add(node(i, 10, "10.77." + i / 200 + "." + i % 200, key(i % 120 + 1), 0));
    }
    hears(map(1, signedAll(many.toArray(NodeRecord[]::new))));
    assertThat(sent()).isEmpty();
    follower.locate(id(77));
    assertThat(drain()).containsExactly(new Send(new Watch(NETWORK, List.of(id(77)))));
  }

  @Test
  void obeysCritical() {
    hears(map(1, signedAll(SELF, TWO, THREE)));
    String critical =
        node(2, 11).body().replace("{\"network\"", "{\"critical\":[\"routes6\"],\"network\"");
    hears(delta(1, 2, List.of(Envelope.sign(Context.NODE, critical, RECORD)), List.of()));
    assertThat(sent()).contains(new Unsupported(NETWORK, "node.routes6"));
    assertThat(peers()).containsExactly(THREE);

    hears(new NotUnderstood(NETWORK, "map.epoch"));
    assertThat(sent()).containsExactly(new Unsupported(NETWORK, "map.epoch"));
    assertThat(outputs).hasAtLeastOneElementOfType(Suspended.class);
    assertThat(peers()).isEmpty();
    assertThat(follower.notes()).contains("the coordinator needs a newer program: map.epoch");
    hears(map(2, signedAll(SELF, THREE)));
    assertThat(peers()).containsExactly(THREE);
  }

  @Test
  void leavesWhenRemoved() {
    hears(map(1, signedAll(SELF, TWO)));
    hears(new Removed(NETWORK, id(1), "removed"));
    assertThat(outputs).containsExactly(new PeersChanged(List.of()), new Left("removed"));
    assertThat(follower.resume()).isNull();
    assertThat(follower.json()).isEmpty();

    follower.streamOpened(List.of(new Membership(NETWORK, id(1), NodeState.REMOVED)));
    assertThat(drain()).containsExactly(new Left("removed"));
  }

  @Test
  void isSuspendedWhileTheCoordinatorDoesNotKnowItAndKeepsWhatItHas() {
    hears(map(1, signedAll(SELF, TWO)));
    follower.streamOpened(List.of());
    assertThat(drain()).hasExactlyElementsOfTypes(Suspended.class, PeersChanged.class);
    assertThat(follower.resume()).isNotNull();
    assertThat(follower.isMissing()).isTrue();

    follower.streamOpened(List.of(new Membership(NETWORK, id(1), NodeState.ACTIVE)));
    assertThat(follower.isMissing()).isFalse();
    hears(new Delta(NETWORK, 1, 2, "t2", head(2), List.of(), List.of(), List.of(), List.of()));
    assertThat(outputs).hasAtLeastOneElementOfType(PeersChanged.class);
    assertThat(follower.notes()).isEmpty();
  }

  @Test
  void saysThatItsOwnRecordIsNotGood() {
    hears(map(1, signedAll(node(1, 10, "10.77.0.1", key(9), 0), TWO)));
    assertThat(follower.notes())
        .containsExactly("our own record holds another WireGuard key; run: adit up KEY");
    hears(map(2, signedAll(TWO)));
    assertThat(follower.notes()).containsExactly("our own record is missing or not good");
  }

  @Test
  void doesNotDialExpiredRelaysWhileTheCoordinatorIsThere() {
    hears(map(1, signedAll(SELF), List.of(sign(NOW - 91)), List.of()));
    assertThat(outputs).doesNotHaveAnyElementsOfTypes(RelaysChanged.class);
  }

  @Test
  void ignoresOtherNetworks() {
    hears(new Removed(id(7), id(1), "removed"));
    hears(new Current(id(7), 4));
    hears(new Delta(id(7), 1, 2, "t", head(2), List.of(), List.of(), List.of(), List.of()));
    assertThat(outputs).isEmpty();
  }

  /// R-REC-7: a coordinator that somebody has taken over does not get the Internet.
  @Test
  void aHeadWithPublicRangesIsRefused() {
    hears(map(1, signedAll(SELF, TWO)));
    var wide = head(2, RECORD, "10.77.0.0/18", "198.51.100.0/24");
    hears(headed(map(2, signedAll(SELF, TWO)), wide));
    assertThat(sent()).containsExactly(new Resync(NETWORK));
    assertThat(follower.revision()).isEqualTo(1);
  }

  /// R-REC-7.
  @Test
  void remembersWhichPeersCameChangedAndWent() throws Exception {
    hears(map(1, signedAll(SELF, TWO)));
    hears(
        map(
            2,
            signedAll(
                SELF, node(2, 20, "10.77.0.2", key(7), 0), node(3, 1, "10.77.0.3", key(3), 0))));
    hears(map(3, signedAll(SELF)));
    String names = "\\{\"at\":\\d+,\"node\":\"[-0-9a-f]+\",\"name\":\"[^\"]+\",\"what\":\"%s\"}";
    assertThat(follower.changes())
        .matches(
            "\\["
                + String.join(
                    ",",
                    names.formatted("added"),
                    names.formatted("key"),
                    names.formatted("added"),
                    names.formatted("removed"),
                    names.formatted("removed"))
                + "]");
    var restored = MapFollower.restore(coordinator, key(1), follower.json(), 0, NOW);
    assertThat(restored.changes()).isEqualTo(follower.changes());
  }

  private void hears(FromCoordinator message) {
    follower.received(message, NOW);
    outputs = drain();
  }

  private List<MapOutput> drain() {
    List<MapOutput> drained = new ArrayList<>();
    for (var next = follower.poll(); next != null; next = follower.poll()) {
      drained.add(next);
    }
    return drained;
  }

  private List<NodeRecord> peers() {
    return peersIn(outputs);
  }

  private static List<NodeRecord> peersIn(List<MapOutput> outputs) {
    for (MapOutput output : outputs) {
      if (output instanceof PeersChanged(List<NodeRecord> peers)) {
        return peers;
      }
    }
    throw new AssertionError("peers did not change: " + outputs);
  }

  private List<FromAgent> sent() {
    List<FromAgent> sent = new ArrayList<>();
    for (MapOutput output : outputs) {
      if (output instanceof Send(FromAgent message)) {
        sent.add(message);
      }
    }
    return sent;
  }

  private MapFollower restoredAgain(MapFollower from) throws MalformedException {
    return MapFollower.restore(coordinator, key(1), from.json(), MONTH, NOW);
  }

  private static NodePresence presence(long stream, long counter, boolean online) {
    return new NodePresence(id(2), stream, counter, online, id(99), key(8), null, List.of());
  }

  private static Envelope sign(long relayNotAfter) {
    return Envelope.sign(Context.RELAY, relay(relayNotAfter).body(), RECORD);
  }

  private static List<Envelope> signedAll(NodeRecord... nodes) {
    List<Envelope> envelopes = new ArrayList<>();
    for (NodeRecord node : nodes) {
      envelopes.add(signed(node));
    }
    return envelopes;
  }

  private static NetworkMap headed(NetworkMap map, Envelope head) {
    return new NetworkMap(
        map.network(),
        map.revision(),
        map.token(),
        head,
        map.self(),
        map.nodes(),
        map.relays(),
        map.presence());
  }

  private static Envelope changed(Envelope envelope, String from, String to) {
    try {
      return Envelope.parse(envelope.json().replace(from, to));
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
