/// Blocking TLS and HTTP/1.1 connections of clients: to the coordinator and to DERP relays.
///
/// - Lives here: JSSE, certificate pins, racing of addresses, HTTP proxies, upgrades. Elsewhere:
///   servers (`dev.adit.net.frontdoor`). Without Netty, because the agent must start fast.
/// - Start with [TlsClient], then [Connection].
@NullMarked
package dev.adit.net.tls;

import org.jspecify.annotations.NullMarked;
