/// Probe messages, by which two agents find and prove paths to each other (relay-rung §2, §3).
///
/// - Lives here: layouts, keys, sealing and opening, the replay window. Elsewhere: when to send
///   what (`dev.adit.core.path`).
/// - May import: `dev.adit.wire`, `dev.adit.crypto`. No I/O, clock or threads.
/// - Start with [ProbeMessage] and [ProbeHeader], then `ProbeVectorsTest`.
@NullMarked
package dev.adit.wire.probe;

import org.jspecify.annotations.NullMarked;
