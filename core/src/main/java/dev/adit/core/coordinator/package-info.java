/// What the coordinator decides: who may join under which name and address, what a removal or a new
/// key changes, what is told to whom and when.
///
/// - Lives here: pure `decide` functions over rows read in the transaction, and small machines for
///   presence, gathering, rate limits and takeovers. Elsewhere: SQL, threads and sockets
///   (`dev.adit.coordinator`), messages (`dev.adit.wire.control`), streams
///   (`dev.adit.core.control`).
/// - Start with [dev.adit.core.coordinator.Joining], then `JoiningTest`.
@NullMarked
package dev.adit.core.coordinator;

import org.jspecify.annotations.NullMarked;
