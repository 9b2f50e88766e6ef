package dev.adit.crypto;

/// A key, tag or signature of the other side is not good. Made without a stack trace, because
/// hostile input must be cheap to refuse; the message never holds key material.
public final class CryptoException extends Exception {
  private static final long serialVersionUID = 1L;

  public CryptoException(String message) {
    super(message, null, false, false);
  }
}
