package dev.adit.wire;

import java.util.Base64;
import java.util.HexFormat;

/// Text forms of bytes: lower-case hex, base64url without padding (`b64` of the specification of
/// the control protocol), and WireGuard's base64.
public final class Text {
  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder URL_DECODER = Base64.getUrlDecoder();

  private Text() {}

  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /// Accepts upper and lower case; white space is an error.
  public static byte[] parseHex(String text) throws MalformedException {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("hex: not an even number of hex digits");
    }
  }

  /// RFC 4648 §5 without padding.
  public static String b64(byte[] bytes) {
    return URL.encodeToString(bytes);
  }

  /// Canonical base64url of exactly `length` bytes: no padding, unused last bits zero.
  public static byte[] parseB64(String text, int length) throws MalformedException {
    int characters = (length * 4 + 2) / 3;
    byte[] bytes;
    try {
      bytes = text.length() == characters ? URL_DECODER.decode(text) : new byte[0];
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    if (bytes.length != length || !b64(bytes).equals(text)) {
      throw new MalformedException("base64url: needs " + characters + " canonical characters");
    }
    return bytes;
  }

  /// WireGuard's text form of a key: 44 characters of standard base64 with padding.
  public static String wireGuardKey(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }

  /// Reads [#wireGuardKey]; refuses non-canonical endings.
  public static byte[] parseWireGuardKey(String text) throws MalformedException {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    if (bytes.length != 32 || !wireGuardKey(bytes).equals(text)) {
      throw new MalformedException("WireGuard key: needs 44 characters of base64");
    }
    return bytes;
  }
}
