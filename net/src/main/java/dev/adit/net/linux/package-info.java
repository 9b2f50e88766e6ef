/// Linux from Java without starting programs: WireGuard devices, route netlink, `wireguard-go`.
///
/// - Lives here: native calls and the formats of the kernel. Elsewhere: what to configure
///   (`dev.adit.agent`).
/// - Start with [WireGuardDevice].
@NullMarked
package dev.adit.net.linux;

import org.jspecify.annotations.NullMarked;
