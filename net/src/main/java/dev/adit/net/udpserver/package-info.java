/// UDP services that answer strangers, such as STUN.
///
/// - Lives here: sockets and their loop. Elsewhere: what is answered (`dev.adit.core.stun`); the
///   agent's own packets (`dev.adit.net.udp`).
/// - Start with [UdpService].
@NullMarked
package dev.adit.net.udpserver;

import org.jspecify.annotations.NullMarked;
