package dev.adit.core.control;

import static dev.adit.core.control.FakeCoordinator.NETWORK;
import static dev.adit.core.control.FakeCoordinator.NOW;
import static dev.adit.core.control.FakeCoordinator.RECORD;
import static dev.adit.core.control.FakeCoordinator.delta;
import static dev.adit.core.control.FakeCoordinator.id;
import static dev.adit.core.control.FakeCoordinator.key;
import static dev.adit.core.control.FakeCoordinator.map;
import static dev.adit.core.control.FakeCoordinator.node;
import static dev.adit.core.control.FakeCoordinator.relay;
import static dev.adit.core.control.FakeCoordinator.signed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.control.MapOutput.PeersChanged;
import dev.adit.core.control.MapOutput.RelaysChanged;
import dev.adit.wire.IpAddress;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Newer;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a coordinator, or whoever has taken it over, may not do to an agent with records and deltas
/// (control §5.2, R-REV-5).
class RecordChecksTest {
  private static final Envelope SELF = signed(node(1, 10));
  private static final NodeRecord TWO = node(2, 10);
  private static final NodeRecord THREE = node(3, 10);

  private final FollowerRun run = new FollowerRun();

  /// C-15: a record changed by a byte, of its text or of its signature.
  @Test
  void missesOnlyThePeerWhoseRecordWasChangedByAByte() {
    Envelope two = signed(TWO);
    byte[] signature = two.signatures().getFirst().signature();
    List<Envelope> touched = new ArrayList<>();
    for (int at = 0; at < two.body().length(); at++) {
      var body = new StringBuilder(two.body());
      body.setCharAt(at, body.charAt(at) == '0' ? '1' : '0');
      touched.add(envelope(body.toString(), signature));
    }
    for (int at = 0; at < signature.length; at++) {
      byte[] changed = signature.clone();
      changed[at] ^= 1;
      touched.add(envelope(two.body(), changed));
    }
    int revision = 0;
    for (Envelope each : touched) {
      run.hears(map(++revision, List.of(SELF, each, signed(THREE))));
      assertThat(run.peers()).containsExactly(THREE);
      assertThat(run.follower().notes()).containsExactly("a node record without a good signature");
    }
    assertMissing(touched.getFirst(), "a node record without a good signature");
  }

  /// C-15: a body signed as something else.
  @Test
  void missesOnlyThePeerWhoseRecordIsOfAnotherContext() {
    for (Context context : Context.values()) {
      if (context != Context.NODE) {
        var other = Envelope.sign(context, TWO.body(), RECORD);
        assertMissing(other, "a node record without a good signature");
      }
    }
  }

  /// C-15: outside `ranges`, be it with one of its addresses.
  @Test
  void missesOnlyThePeerOutsideTheRanges() {
    var outside = node(2, 11, "10.99.0.2", key(2), 0);
    assertMissing(signed(outside), "node2 has address 10.99.0.2 outside the network's ranges");
    var partly =
        new NodeRecord(
            NETWORK,
            id(2),
            key(2),
            true,
            "node2",
            List.of(IpAddress.literal("10.77.0.2"), IpAddress.literal("8.8.8.8")),
            List.of(),
            List.of(),
            null,
            NOW,
            0,
            11);
    assertMissing(signed(partly), "node2 has address 8.8.8.8 outside the network's ranges");
  }

  /// C-15: expired, by more than the 90 s that clocks may differ.
  @Test
  void missesOnlyThePeerWhoseRecordHasExpired() {
    assertMissing(signed(node(2, 11, "10.77.0.2", key(2), NOW - 91)), "node2 has expired");
    var almost = node(2, 11, "10.77.0.2", key(2), NOW - 90);
    run.hears(map(1, List.of(SELF, signed(almost), signed(THREE))));
    assertThat(run.peers()).containsExactly(almost, THREE);
  }

  /// In a map, and in a delta that brings the peer.
  private static void assertMissing(Envelope two, String note) {
    var whole = new FollowerRun();
    whole.hears(map(1, List.of(SELF, two, signed(THREE))));
    assertThat(whole.peers()).containsExactly(THREE);
    assertThat(whole.follower().notes()).containsExactly(note);

    var changed = new FollowerRun();
    changed.hears(map(1, List.of(SELF)));
    changed.hears(delta(1, 2, List.of(two, signed(THREE)), List.of()));
    assertThat(changed.peers()).containsExactly(THREE);
    assertThat(changed.follower().revision()).isEqualTo(2);
    assertThat(changed.follower().notes()).containsExactly(note);
  }

  /// C-16: an older envelope, as the coordinator itself once signed it.
  @Test
  void keepsTheNewestRecordOfAPeerWhateverTheCoordinatorShowsLater() throws MalformedException {
    var newest = signed(node(2, 20, "10.77.0.22", key(22), 0));
    run.hears(map(5, List.of(SELF, newest, signed(THREE))));
    assertThat(run.follower().notes()).isEmpty();

    run.hears(delta(5, 6, List.of(signed(TWO)), List.of()));
    assertKept(newest);
    run.hears(map(7, List.of(SELF, signed(TWO), signed(THREE))));
    assertKept(newest);
    var sameSerial = signed(node(2, 20, "10.77.0.23", key(23), 0));
    run.hears(delta(7, 8, List.of(sameSerial), List.of()));
    assertKept(newest);

    // Also one that was restarted in between has it from its cache.
    run.restarts();
    run.connects();
    var before = run.peers();
    assertThat(before).extracting(NodeRecord::key).containsExactly(key(22), key(3));
    run.hears(map(9, List.of(SELF, signed(TWO), signed(THREE))));
    assertKept(newest);
    assertThat(run.peers()).isEqualTo(before);

    run.hears(delta(9, 10, List.of(newest), List.of()));
    assertThat(run.sent()).isEmpty();
    assertThat(run.follower().notes()).as("the coordinator came back to it").isEmpty();
  }

  private void assertKept(Envelope newest) {
    assertThat(run.sent()).contains(new Newer(NETWORK, newest));
    assertThat(run.outputs()).doesNotHaveAnyElementsOfTypes(PeersChanged.class);
    assertThat(run.follower().notes())
        .as("for status")
        .containsExactly("the coordinator showed an older record of node2; the newer is kept");
  }

  /// C-16: nor is a relay taken back to the key or address it had.
  @Test
  void keepsTheNewestRecordOfARelay() {
    var newest = new RelayRecord(id(99), relay(0).description(), null, NOW, 0, NOW + 5);
    run.hears(map(1, List.of(SELF), List.of(sign(newest)), List.of()));
    run.hears(map(2, List.of(SELF), List.of(sign(relay(0))), List.of()));
    assertThat(run.relays()).containsExactly(newest);
    assertThat(run.outputs()).doesNotHaveAnyElementsOfTypes(RelaysChanged.class);
    assertThat(run.follower().notes())
        .containsExactly("the coordinator showed an older record of r1; the newer is kept");
  }

  /// C-21.
  @Test
  void aDeltaHeardTwiceChangesNothing() {
    run.hears(map(1, List.of(SELF, signed(TWO))));
    var delta = delta(1, 2, List.of(signed(THREE)), List.of(id(2)));
    run.hears(delta);
    assertThat(run.peers()).containsExactly(THREE);
    String stored = run.follower().json();

    run.hears(delta);
    assertThat(run.outputs()).isEmpty();
    assertThat(run.follower().json()).isEqualTo(stored);
    assertThat(run.follower().revision()).isEqualTo(2);
  }

  /// C-21: one that came from a revision before ours, after ours, or before any map.
  @Test
  void aDeltaFromAnotherRevisionIsNotTakenAndTheMapIsAskedFor() {
    for (long from : new long[] {1, 2, 4, 40}) {
      var late = new FollowerRun();
      late.hears(map(3, List.of(SELF, signed(TWO))));
      String stored = late.follower().json();
      late.hears(delta(from, from + 3, List.of(signed(THREE)), List.of(id(2))));
      assertThat(late.outputs()).containsExactly(new MapOutput.Send(new Resync(NETWORK)));
      assertThat(late.peers()).containsExactly(TWO);
      assertThat(late.follower().json()).isEqualTo(stored);

      // One question is enough, and its answer counts.
      late.hears(delta(from + 3, from + 4, List.of(signed(THREE)), List.of()));
      assertThat(late.outputs()).isEmpty();
      late.hears(map(from + 4, List.of(SELF, signed(THREE))));
      assertThat(late.peers()).containsExactly(THREE);
      late.hears(delta(from + 4, from + 5, List.of(signed(TWO)), List.of()));
      assertThat(late.peers()).containsExactly(TWO, THREE);
    }
    run.hears(delta(0, 1, List.of(SELF, signed(TWO)), List.of()));
    assertThat(run.outputs()).containsExactly(new MapOutput.Send(new Resync(NETWORK)));
    assertThat(run.follower().resume()).isNull();
  }

  private static Envelope sign(RelayRecord relay) {
    return Envelope.sign(Context.RELAY, relay.body(), RECORD);
  }

  /// What nobody signed.
  private static Envelope envelope(String body, byte[] signature) {
    var json =
        new JsonWriter()
            .beginObject()
            .member("body", body)
            .name("sigs")
            .beginArray()
            .beginObject()
            .member("key", RECORD.verifyingKey().keyId())
            .member("sig", Text.b64(signature))
            .endObject()
            .endArray()
            .endObject()
            .toString();
    try {
      return Envelope.parse(json);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
