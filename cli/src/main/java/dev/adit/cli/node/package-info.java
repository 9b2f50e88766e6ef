/// The verbs of a node: `up`, `down`, `set`, `status`, `ping`, `netcheck`.
///
/// - Lives here: what a user types and reads. Elsewhere: the agent itself (`dev.adit.agent`), which
///   these verbs start or talk to over its local socket.
/// - Start with [UpCommand].
@NullMarked
package dev.adit.cli.node;

import org.jspecify.annotations.NullMarked;
