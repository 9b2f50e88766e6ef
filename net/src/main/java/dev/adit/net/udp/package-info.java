/// The agent's packet loop: its port towards the network, of its own or shared with WireGuard, and
/// the loopback endpoints of WireGuard's peers, on one thread.
///
/// - Lives here: sockets and their buffers. Elsewhere: where a packet goes (`dev.adit.core.path`).
/// - Start with [UdpLoop].
@NullMarked
package dev.adit.net.udp;

import org.jspecify.annotations.NullMarked;
