/// Relays of others (`derper`) ask here whom to admit.
///
/// - Lives here: the door they knock at, and the operator's list of URLs. Elsewhere: relays of
///   ours, which are told beforehand (`dev.adit.coordinator.stream.RelayStreams`).
/// - Start with [dev.adit.coordinator.verify.VerifyDoor].
@NullMarked
package dev.adit.coordinator.verify;

import org.jspecify.annotations.NullMarked;
