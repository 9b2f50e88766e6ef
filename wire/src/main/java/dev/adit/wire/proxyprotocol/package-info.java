/// The PROXY protocol, versions 1 and 2: how a load balancer tells a server whose connection it
/// passes on.
///
/// - Lives here: bytes to values. Elsewhere: who is believed (`dev.adit.net.frontdoor`).
@NullMarked
package dev.adit.wire.proxyprotocol;

import org.jspecify.annotations.NullMarked;
