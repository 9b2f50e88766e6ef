package dev.adit.core.path;

/// Why a path changed; codes 1 to 8 travel in PATH (nat-traversal §3.3, relay-rung §3).
public enum PathReason {
  /// A direct path was proven.
  UPGRADE(1),
  /// Another direct path is better.
  BETTER_PATH(2),
  /// The selected path stopped answering.
  TRUST_EXPIRED(3),
  /// Our own addresses or links changed.
  LOCAL_CHANGE(4),
  /// The peer left the path; sent, it only confirms and asks for nothing.
  PEER_TOLD(5),
  /// No payload for 45 s.
  PARKED(6),
  /// The policy no longer allows it.
  POLICY(7),
  /// The UDP relay does not carry the session.
  NOT_CARRIED(8),
  /// Payload, or the peer's CALL, after silence. Local only.
  STARTED(0),
  /// The relay connection, or the peer's, is gone. Local only.
  RELAY_LOST(0),
  /// The relay connection, or the peer's, is back. Local only.
  RELAY_BACK(0),
  /// The peer's agent restarted: its probe key is new. Local only.
  PEER_RESTARTED(0);

  private final int code;

  PathReason(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
