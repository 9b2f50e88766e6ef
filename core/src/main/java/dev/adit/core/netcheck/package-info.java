/// Finds out how this node looks from outside: mapped addresses, kind of NAT, whether UDP works.
///
/// - Lives here: STUN client transactions, what their answers say together, our own list of
///   candidates. Elsewhere: STUN's bytes (`dev.adit.wire.stun`), the socket (`dev.adit.net`).
/// - May import: `dev.adit.wire`, `dev.adit.crypto`. No sockets, clocks or threads.
/// - Start with [NetCheck], then `NetCheckTest`.
@NullMarked
package dev.adit.core.netcheck;

import org.jspecify.annotations.NullMarked;
