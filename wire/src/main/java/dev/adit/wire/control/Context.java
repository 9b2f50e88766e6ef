package dev.adit.wire.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// What a signature is for: it stands before the signed text, so that no record ever counts as one
/// of another kind (control R-REC-2).
public enum Context {
  NODE("adit-node-v1"),
  RELAY("adit-relay-v1"),
  HEAD("adit-head-v1"),
  IDENTITY("adit-identity-v1");

  private final byte[] label;

  Context(String label) {
    this.label = (label + "\0").getBytes(US_ASCII);
  }

  /// The bytes to sign: context ‖ 00 ‖ body.
  byte[] message(String body) {
    byte[] text = body.getBytes(US_ASCII);
    byte[] message = new byte[label.length + text.length];
    System.arraycopy(label, 0, message, 0, label.length);
    System.arraycopy(text, 0, message, label.length, text.length);
    return message;
  }
}
