package dev.adit.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// The text armour of keys and certificates (RFC 7468).
public final class Pem {
  public static final String CERTIFICATE = "CERTIFICATE";
  public static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Pem() {}

  /// @param label what stands after `BEGIN`, for example [#CERTIFICATE]
  public static String encode(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + new String(LINES.encode(der), US_ASCII)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /// All blocks of that label in their order; other blocks and text around are skipped.
  ///
  /// @throws CryptoException if a block has no end or no base64
  public static List<byte[]> decode(String label, String text) throws CryptoException {
    String begin = "-----BEGIN " + label + "-----";
    String end = "-----END " + label + "-----";
    var blocks = new ArrayList<byte[]>();
    for (int at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at)) {
      int stop = text.indexOf(end, at);
      if (stop < 0) {
        throw new CryptoException("PEM: a " + label + " block has no end");
      }
      blocks.add(decodeBlock(label, text.substring(at + begin.length(), stop)));
      at = stop;
    }
    return blocks;
  }

  private static byte[] decodeBlock(String label, String base64) throws CryptoException {
    var compact = new StringBuilder(base64.length());
    for (int i = 0; i < base64.length(); i++) {
      if (base64.charAt(i) > ' ') {
        compact.append(base64.charAt(i));
      }
    }
    try {
      return Base64.getDecoder().decode(compact.toString());
    } catch (IllegalArgumentException e) {
      throw new CryptoException("PEM: a " + label + " block is not base64");
    }
  }
}
