package dev.adit.coordinator.store;

import dev.adit.core.coordinator.RelayRow;

/// A relay and its signed record. Immutable.
///
/// @param record the envelope's JSON text, passed on as it is
public record StoredRelay(RelayRow row, String record) {}
