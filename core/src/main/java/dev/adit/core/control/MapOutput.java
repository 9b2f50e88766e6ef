package dev.adit.core.control;

import dev.adit.wire.Prefix;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.NodePresence;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayRecord;
import java.util.List;

/// What a [MapFollower] wants done.
public sealed interface MapOutput {
  /// Send this on the stream.
  record Send(FromAgent message) implements MapOutput {}

  /// Our own node, for the interface's name and addresses.
  record SelfChanged(NodeRecord self, String networkName, List<Prefix> ranges)
      implements MapOutput {}

  /// All peers there are now, in the order of their ids; without our own node.
  record PeersChanged(List<NodeRecord> peers) implements MapOutput {}

  /// All relays there are now.
  record RelaysChanged(List<RelayRecord> relays) implements MapOutput {}

  /// Where a peer is.
  record PresenceChanged(NodePresence presence) implements MapOutput {}

  /// Store [MapFollower#json].
  ///
  /// @param atOnce the first map of this network; else within 5 s
  record Save(boolean atOnce) implements MapOutput {}

  /// The peers are away until further notice; what is stored stays.
  ///
  /// @param missing see [MapFollower#isMissing]
  record Suspended(String why, boolean missing) implements MapOutput {}

  /// We are no member any more: take the interface down and forget the network.
  ///
  /// @param reason `removed`, `expired` or one of a later version
  record Left(String reason) implements MapOutput {}

  /// The coordinator contradicts itself; close the stream.
  record EndStream(String why) implements MapOutput {}
}
