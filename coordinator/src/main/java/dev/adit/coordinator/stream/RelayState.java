package dev.adit.coordinator.stream;

import dev.adit.wire.control.ControlMessage.RelayReport;
import org.jspecify.annotations.Nullable;

/// How a relay that joined is, for the operator. Immutable.
///
/// @param online whether it has a stream
/// @param current whether it has said that the set it was told last is in force
/// @param report the last one of this stream; null if there is none
/// @param reportedAt seconds since 1970; 0 if there is none
public record RelayState(
    boolean online, boolean current, @Nullable RelayReport report, long reportedAt) {
  static final RelayState OFF = new RelayState(false, false, null, 0);
}
