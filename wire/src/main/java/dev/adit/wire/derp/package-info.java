/// Frames of the DERP relay protocol, version 2, and the two boxes of its handshake.
///
/// - Lives here: bytes ⇄ values. Elsewhere: what a relay or a client does with them
///   (`dev.adit.core.derp`).
/// - Start with [DerpFrame], then [FrameCutter]; the map of all relays is [DerpMap].
@NullMarked
package dev.adit.wire.derp;

import org.jspecify.annotations.NullMarked;
