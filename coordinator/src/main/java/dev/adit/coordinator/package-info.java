/// Program: the coordinator. It knows networks, nodes and join keys, signs records, carries no
/// traffic.
///
/// - Lives here: the database, agent streams, the administration API. Elsewhere: the decisions
///   (`dev.adit.core.coordinator`), the messages (`dev.adit.wire.control`).
@NullMarked
package dev.adit.coordinator;

import org.jspecify.annotations.NullMarked;
