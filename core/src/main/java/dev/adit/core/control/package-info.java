/// Both ends of the stream between agent and coordinator, and what the agent makes of what it hears
/// (specification `control`, §3 to §6).
///
/// - Lives here: the encrypted session of either end, whom an agent trusts, the map it follows.
///   Elsewhere: texts and bytes (`dev.adit.wire.control`), what the coordinator decides
///   (`dev.adit.core.coordinator`).
/// - May import: `dev.adit.wire`, `dev.adit.crypto`. No sockets, clocks or threads.
/// - Start with [AgentSession] and [MapFollower], then `SessionsTest`.
@NullMarked
package dev.adit.core.control;

import org.jspecify.annotations.NullMarked;
