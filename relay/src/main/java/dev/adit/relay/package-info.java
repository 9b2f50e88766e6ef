/// Program: the relay. It forwards sealed packets between clients it has admitted (DERP) and
/// answers STUN.
///
/// - Lives here: `core` joined to `net`. Elsewhere: the routing decisions (`dev.adit.core.derp`).
@NullMarked
package dev.adit.relay;

import org.jspecify.annotations.NullMarked;
