/// What a relay or agent sees of WireGuard without a key: message types, lengths, indices.
///
/// - Lives here: reading the clear headers in place. Elsewhere: WireGuard itself, which stays
///   unmodified and keeps all keys.
/// - May import: `dev.adit.wire`, `dev.adit.crypto`. No I/O, clock or threads.
/// - Start with [WireGuardMessage].
@NullMarked
package dev.adit.wire.wireguard;

import org.jspecify.annotations.NullMarked;
