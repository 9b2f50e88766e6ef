/// A DERP client as a library: Adit's own programs use it, and any program of the Java machine may.
///
/// - Lives here: blocking clients that join `core.derp`'s session to `net`'s connections.
///   Elsewhere: what is decided (`dev.adit.core.derp`), the bytes (`dev.adit.wire.derp`), the
///   server (`dev.adit.relay`).
/// - Start with [DerpClient], then `docs/derp-library.md`.
@NullMarked
package dev.adit.derp;

import org.jspecify.annotations.NullMarked;
