/// Decisions as pure functions and state machines, one package per subject.
///
/// - Lives here: nothing but packages. Programs that share a process meet in `core.admission`.
///   Elsewhere: bytes (`dev.adit.wire`), sockets (`dev.adit.net`).
/// - May import: `dev.adit.wire`, `dev.adit.crypto`. No sockets, clocks or threads.
@NullMarked
package dev.adit.core;

import org.jspecify.annotations.NullMarked;
