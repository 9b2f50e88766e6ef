package dev.adit.agent;

import dev.adit.wire.Prefix;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A verified map of the network. Immutable.
///
/// @param permit our own record, as it is shown to relays (relay-rung RR-42)
/// @param networkName for people
/// @param ranges of the network's addresses
/// @param peers every other node
/// @param relays those to be used, the first is everybody's home
/// @param up false while the coordinator does not know this node (control R-DB-10)
record MapView(
    NodeRecord self,
    @Nullable String permit,
    String networkName,
    List<Prefix> ranges,
    List<NodeRecord> peers,
    List<RelayRecord> relays,
    boolean up) {}
