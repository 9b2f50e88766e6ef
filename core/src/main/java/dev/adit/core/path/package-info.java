/// Chooses, for each peer, how its WireGuard packets travel: by the relay, directly, or both.
///
/// - Lives here: the states of a path, candidates, the probe schedule, probe keys in use, choosing
///   between proven paths. Elsewhere: bytes of probes (`dev.adit.wire.probe`), sockets and the
///   relay connection (`dev.adit.net`), what the agent finds out about its own addresses
///   (`dev.adit.core.netcheck`).
/// - May import: `dev.adit.wire`, `dev.adit.crypto`, `dev.adit.core.limit`. No sockets, clocks or
///   threads.
/// - Start with [PathNode], then [PeerPath], then `PathNodeTest`.
///
/// In mux mode WireGuard only ever talks to the peer's loopback endpoint, so a switch of paths is a
/// matter of this package alone and loses nothing. In native mode this package also says where
/// WireGuard itself shall send, and when it is to be asked ([EndpointSteering]); moving and asking
/// is the agent's.
@NullMarked
package dev.adit.core.path;

import org.jspecify.annotations.NullMarked;
