package dev.adit.core.control;

import static dev.adit.core.control.FakeCoordinator.NETWORK;
import static dev.adit.core.control.FakeCoordinator.NOW;
import static dev.adit.core.control.FakeCoordinator.id;
import static dev.adit.core.control.FakeCoordinator.key;

import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Membership;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import dev.adit.wire.control.RelayRecord;
import java.util.ArrayList;
import java.util.List;

/// A [MapFollower] that is node 1, connected to [FakeCoordinator], and what it wanted done: since
/// the last message, and altogether.
final class FollowerRun {
  private final TrustedCoordinator coordinator = FakeCoordinator.trusted();
  private MapFollower follower =
      new MapFollower(coordinator, NETWORK, key(1), MapFollower.OFFLINE_MAX_AGE);
  private List<MapOutput> outputs = List.of();
  private List<NodeRecord> peers = List.of();
  private List<RelayRecord> relays = List.of();

  FollowerRun() {
    connects();
  }

  void connects() {
    follower.streamOpened(List.of(new Membership(NETWORK, id(1), NodeState.ACTIVE)));
    drain();
  }

  void hears(FromCoordinator message) {
    follower.received(message, NOW);
    drain();
  }

  /// Begins again with what the former run stored.
  void restarts() throws MalformedException {
    follower =
        MapFollower.restore(coordinator, key(1), follower.json(), MapFollower.OFFLINE_MAX_AGE, NOW);
    peers = List.of();
    relays = List.of();
    drain();
  }

  private void drain() {
    outputs = new ArrayList<>();
    for (var next = follower.poll(); next != null; next = follower.poll()) {
      outputs.add(next);
      switch (next) {
        case MapOutput.PeersChanged(List<NodeRecord> now) -> peers = now;
        case MapOutput.RelaysChanged(List<RelayRecord> now) -> relays = now;
        default -> {}
      }
    }
  }

  /// What the last message led to.
  List<MapOutput> outputs() {
    return outputs;
  }

  /// What was sent because of the last message.
  List<FromAgent> sent() {
    List<FromAgent> sent = new ArrayList<>();
    for (MapOutput output : outputs) {
      if (output instanceof MapOutput.Send(FromAgent message)) {
        sent.add(message);
      }
    }
    return sent;
  }

  /// As WireGuard knows them now.
  List<NodeRecord> peers() {
    return peers;
  }

  List<RelayRecord> relays() {
    return relays;
  }

  MapFollower follower() {
    return follower;
  }
}
