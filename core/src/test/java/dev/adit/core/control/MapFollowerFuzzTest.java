package dev.adit.core.control;

import static dev.adit.core.control.FakeCoordinator.NETWORK;
import static dev.adit.core.control.FakeCoordinator.NOW;
import static dev.adit.core.control.FakeCoordinator.RECORD;
import static dev.adit.core.control.FakeCoordinator.ROOT;
import static dev.adit.core.control.FakeCoordinator.head;
import static dev.adit.core.control.FakeCoordinator.id;
import static dev.adit.core.control.FakeCoordinator.key;
import static dev.adit.core.control.FakeCoordinator.node;
import static dev.adit.core.control.FakeCoordinator.signed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Membership;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// C-15, C-36 at the agent: whatever bodies a coordinator signs, and whatever messages it sends,
/// the agent takes what is good and goes on; what it stores it can read again.
class MapFollowerFuzzTest {
  private static final List<Membership> MEMBER =
      List.of(new Membership(NETWORK, id(1), NodeState.ACTIVE));

  /// Bodies of node records, one a line; those that begin with a space are relays'.
  @FuzzTest
  void anySignedBodies(byte @NotNull @WithLength(max = 4096) [] bytes) throws MalformedException {
    List<Envelope> nodes = new ArrayList<>(List.of(signed(node(1, 10))));
    List<Envelope> relays = new ArrayList<>();
    for (String body : new String(bytes, UTF_8).split("\n", 16)) {
      String plain = body.replaceAll("[^ -~]", "?");
      boolean relay = plain.startsWith(" ");
      (relay ? relays : nodes)
          .add(Envelope.sign(relay ? Context.RELAY : Context.NODE, plain, RECORD));
    }
    var follower = follower();
    follower.received(
        new NetworkMap(NETWORK, 1, "1.1", head(1), id(1), nodes, relays, List.of()), NOW);
    check(follower);
  }

  /// Messages, one a line, after a good map.
  @FuzzTest
  void anyMessages(byte @NotNull @WithLength(max = 8192) [] bytes) throws MalformedException {
    var follower = follower();
    follower.received(
        FakeCoordinator.map(1, List.of(signed(node(1, 10)), signed(node(2, 10)))), NOW);
    for (String line : new String(bytes, UTF_8).split("\n", 16)) {
      try {
        if (ControlMessage.decode(line) instanceof FromCoordinator message) {
          follower.received(message, NOW + 1);
        }
      } catch (MalformedException expected) {
        // the session ends the stream
      }
    }
    check(follower);
  }

  /// What a disk holds, or what was put there.
  @FuzzTest
  void anyStoredMapOrIdentity(byte @NotNull @WithLength(max = 8192) [] bytes) {
    String text = new String(bytes, UTF_8);
    try {
      MapFollower.restore(FakeCoordinator.trusted(), key(1), text, 0, NOW).poll();
    } catch (MalformedException expected) {
      // begins from nothing
    }
    try {
      var restored = TrustedCoordinator.restore(ROOT.verifyingKey(), text);
      assertThat(TrustedCoordinator.restore(ROOT.verifyingKey(), restored.json()).identity())
          .isEqualTo(restored.identity());
    } catch (MalformedException expected) {
      // begins from nothing
    }
  }

  /// An identity under a good signature.
  @FuzzTest
  void anySignedIdentity(byte @NotNull @WithLength(max = 4096) [] bytes) throws MalformedException {
    String body = new String(bytes, UTF_8).replaceAll("[^ -~]", "?");
    var document = Envelope.sign(Context.IDENTITY, body, ROOT);
    var held = FakeCoordinator.trusted();
    var before = held.identity();
    switch (held.offer("host", document, NOW * 1000)) {
      case TrustedCoordinator.Refused(String text) -> {
        assertThat(text).isNotEmpty().hasSizeLessThan(500);
        assertThat(held.identity()).isEqualTo(before);
      }
      case TrustedCoordinator.Accepted _ -> {
        assertThat(held.identity().serial()).isGreaterThanOrEqualTo(before.serial());
        assertThat(held.identity().coordinator()).isEqualTo(before.coordinator());
      }
    }
    try {
      TrustedCoordinator.first("host", ROOT.verifyingKey(), document, NOW * 1000);
    } catch (MalformedException expected) {
      assertThat(expected.getMessage()).hasSizeLessThan(500);
    }
  }

  private static MapFollower follower() {
    var follower = new MapFollower(FakeCoordinator.trusted(), NETWORK, key(1), 0);
    follower.streamOpened(MEMBER);
    return follower;
  }

  private static void check(MapFollower follower) throws MalformedException {
    for (var output = follower.poll(); output != null; output = follower.poll()) {
      if (output instanceof MapOutput.PeersChanged(List<NodeRecord> peers)) {
        Set<Object> seen = new HashSet<>();
        for (NodeRecord peer : peers) {
          assertThat(peer.network()).isEqualTo(NETWORK);
          assertThat(seen.add(peer.key())).as("a key twice").isTrue();
          for (IpAddress address : peer.addresses()) {
            assertThat(seen.add(address)).as("an address twice").isTrue();
          }
        }
      }
    }
    assertThat(follower.notes()).hasSizeLessThan(100);
    if (follower.resume() != null) {
      var again = MapFollower.restore(FakeCoordinator.trusted(), key(1), follower.json(), 0, NOW);
      assertThat(again.json()).isEqualTo(follower.json());
    }
    follower.timeReached(NOW + 1_000_000);
    follower.streamClosed(NOW + 1_000_000);
  }
}
