package dev.adit.systemtests.interop;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Bytes that tell where they are cut: each byte is the one before it plus one, from 0.
final class CountingBytes {
  private CountingBytes() {}

  static byte[] of(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /// Of so many, in hex.
  static String sha256(int size) {
    return sha256(of(size));
  }

  /// Of any bytes, in hex.
  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
