package dev.adit.crypto;

import java.security.MessageDigest;

/// Comparison whose duration tells nothing about where two secrets differ.
public final class ConstantTime {
  private ConstantTime() {}

  /// False for different lengths; the length itself is no secret.
  public static boolean equal(byte[] a, byte[] b) {
    return MessageDigest.isEqual(a, b);
  }
}
