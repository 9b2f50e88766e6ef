/// `adit serve` and `adit relay`: puts the programs of a server together behind one front door.
///
/// ```
///                 ┌─▶ /derp                 relay (DERP)
///   TCP 443 ──────┼─▶ /adit/…, WebSocket    coordinator (agents' streams, identity)
///   front door    └─▶ /api/v1/…             coordinator (administration, token needed)
///   UDP 3478 ─────▶ STUN                    relay
///   coordinator.sock ─▶ /api/v1/…           coordinator (administration, on this machine)
///                   └─▶ /metrics            both; also on a port of its own, if wanted
/// ```
///
/// - Lives here: options, certificates, addresses, what is printed at the start. Elsewhere: the
///   programs.
/// - Start with [ServeCommand].
@NullMarked
package dev.adit.cli.server;

import org.jspecify.annotations.NullMarked;
