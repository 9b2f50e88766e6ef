package dev.adit.wire;

/// The peer's bytes or text are wrong. Made without a stack trace, because hostile input must be
/// cheap to refuse; caught in one place per loop, which counts it and drops or disconnects.
///
/// The message says what, found, allowed: `DERP SendPacket: payload is 12 bytes, needs 32`. It
/// never holds a secret.
public final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedException(String message) {
    super(message, null, false, false);
  }
}
