/// STUN messages (RFC 8489, with RFC 5780's attributes).
///
/// - Lives here: bytes ⇄ values. Elsewhere: transactions and mapping tests
///   (`dev.adit.core.netcheck`), what a server answers (`dev.adit.core.stun`).
/// - Start with [StunMessage].
@NullMarked
package dev.adit.wire.stun;

import org.jspecify.annotations.NullMarked;
