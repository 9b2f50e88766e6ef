package dev.adit.core.control;

/// The WebSocket close codes this protocol uses. They are not authenticated: to the other end they
/// say "ended", and [#HANDSHAKE_REFUSED] also "fetch the identity anew" (control R-STR-6).
public final class CloseCode {
  public static final int NORMAL = 1000;
  public static final int PROTOCOL_ERROR = 1002;
  public static final int HANDSHAKE_REFUSED = 4001;

  private CloseCode() {}
}
