package dev.adit.coordinator.store;

import dev.adit.core.coordinator.NodeRow;

/// A node and its signed record. Immutable.
///
/// @param record the envelope's JSON text, passed on as it is
public record StoredNode(NodeRow row, String record) {}
