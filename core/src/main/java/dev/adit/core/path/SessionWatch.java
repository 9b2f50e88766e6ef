package dev.adit.core.path;

import dev.adit.wire.wireguard.WireGuardMessage;

/// Notices that a peer sends data for a session that our WireGuard does not have: it was started
/// anew, and the peer does not know. WireGuard answers such data with silence, and the peer's one
/// begins a new handshake only 15 s after it was last answered (wireguard §1.2); ours can do so at
/// once. Confined to one thread.
final class SessionWatch {
  private static final long ANEW = 5_000_000_000L;

  private boolean known;
  private long nextAt = Long.MIN_VALUE;

  /// Our WireGuard has forgotten every session.
  void restarted() {
    known = false;
    nextAt = Long.MIN_VALUE;
  }

  /// A message passed, in either direction: after a response both ends have a session.
  void passed(WireGuardMessage kind) {
    known |= kind == WireGuardMessage.RESPONSE;
  }

  /// A message came from the peer.
  ///
  /// @return true if our WireGuard should begin a handshake; every 5 s at most
  boolean received(WireGuardMessage kind, long now) {
    passed(kind);
    if (known || kind != WireGuardMessage.DATA || now < nextAt) {
      return false;
    }
    nextAt = now + ANEW;
    return true;
  }
}
