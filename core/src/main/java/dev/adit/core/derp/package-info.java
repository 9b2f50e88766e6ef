/// Both ends of DERP as state machines: no sockets, no clock.
///
/// - Lives here: who is connected to a relay, which packet goes where and which is dropped; what a
///   client does with a relay's frames. Elsewhere: frames (`dev.adit.wire.derp`), whom a relay
///   admits (`dev.adit.core.admission`).
/// - Start with [DerpServerSession] and [DerpRouter]; then [DerpClientSession].
@NullMarked
package dev.adit.core.derp;

import org.jspecify.annotations.NullMarked;
