/// What an agent without privileges and its privileged helper say to each other, and what of it the
/// helper may carry out (relay-rung RR-24, linux-wireguard-control §9).
///
/// - Lives here: the frames of both directions, the rules of sending, the rule about networks.
///   Elsewhere: the socket (`net.local`), interface and raw sockets (`net.linux`), the two programs
///   (`agent`). Both ends are of one release on one machine, so this is no format of `wire`:
///   another version is refused.
/// - Start with [HelperRequest], [HelperAnswer], then [SendRules].
@NullMarked
package dev.adit.core.helper;

import org.jspecify.annotations.NullMarked;
