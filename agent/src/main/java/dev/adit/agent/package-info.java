/// Program: the agent. It runs on every node, configures WireGuard and gives each pair the best
/// path.
///
/// - Lives here: the loops that carry out what the machines of `core` decide. Elsewhere: the path
///   decisions (`dev.adit.core.path`), sockets and Linux interfaces (`dev.adit.net`).
/// - Start with [Agent], then [DataPlane] (packets), [Membership] (the map), [TunnelKeeper]
///   (WireGuard) and [Coordination] (the coordinator).
@NullMarked
package dev.adit.agent;

import org.jspecify.annotations.NullMarked;
