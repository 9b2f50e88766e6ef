package dev.adit.core.path;

/// Why a path changed, a sentence each; codes 1 to 9 travel in PATH (nat-traversal §3.3, relay-rung
/// §3).
public enum PathReason {
  UPGRADE(1, "A direct path was proven."),
  BETTER_PATH(2, "Another direct path is better."),
  TRUST_EXPIRED(3, "The selected path stopped answering."),
  LOCAL_CHANGE(4, "Our own addresses or links changed."),
  /// Sent, it only confirms and asks for nothing.
  PEER_TOLD(5, "The peer left the path."),
  DATA_LOST(3, "WireGuard's packets on the path are not answered."),
  PARKED(6, "No payload for 45 s."),
  POLICY(7, "The policy no longer allows it."),
  NOT_CARRIED(8, "The UDP relay does not carry the session."),
  /// Unknown to earlier versions, which obey any reason but 5.
  UNANSWERABLE(9, "WireGuard is asked from where its answers do not arrive."),
  STARTED(0, "Payload, or the peer's CALL, after silence."),
  RELAY_LOST(0, "The relay connection, or the peer's, is gone."),
  RELAY_BACK(0, "The relay connection, or the peer's, is back."),
  PEER_RESTARTED(0, "The peer's agent restarted: its probe key is new.");

  private final int code;
  private final String sentence;

  PathReason(int code, String sentence) {
    this.code = code;
    this.sentence = sentence;
  }

  /// 0 for what is never told to the peer.
  public int code() {
    return code;
  }

  public String sentence() {
    return sentence;
  }
}
