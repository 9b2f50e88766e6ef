/// What only Linux can do for us: links, addresses, routes, WireGuard devices, echo requests.
///
/// - Lives here: system calls, route netlink, WireGuard's configuration socket, the wireguard-go we
///   start; the kernel's WireGuard by generic netlink. Elsewhere: which peers, addresses and routes
///   there should be (`dev.adit.core`, the agent).
/// - Nothing here starts another program but [WireGuardGo].
/// - Start with [WireGuardDevice], [RouteNetlink], [Interfaces] and, for the agent's packets from
///   WireGuard's own port, [SharedPort].
@NullMarked
package dev.adit.net.linux;

import org.jspecify.annotations.NullMarked;
