/// What a STUN server answers, and how often.
///
/// - Lives here: the server's rules (nat-traversal §1.3). Elsewhere: messages
///   (`dev.adit.wire.stun`), the client's side (`dev.adit.core.netcheck`).
/// - Start with [StunResponder].
@NullMarked
package dev.adit.core.stun;

import org.jspecify.annotations.NullMarked;
