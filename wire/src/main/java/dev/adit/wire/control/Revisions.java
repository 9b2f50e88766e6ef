package dev.adit.wire.control;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.crypto.Hash;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.util.Arrays;
import java.util.UUID;

/// The hash chain over a network's changes: the same digest means the same history (control
/// R-REV-2), so a restored or failed-over database is noticed.
///
///     digest(0) = SHA-256("adit-digest-v1" ‖ 00 ‖ network)
///     digest(r) = SHA-256(digest(r−1) ‖ u64 r ‖ row text)
public final class Revisions {
  private static final byte[] LABEL = "adit-digest-v1\0".getBytes(US_ASCII);
  private static final int PREFIX_BYTES = 8;

  private Revisions() {}

  /// The digest of a network without changes, 32 bytes.
  public static byte[] first(UUID network) {
    return Hash.sha256(LABEL, UuidV7.bytes(network));
  }

  /// The digest after one more change.
  ///
  /// @param revision the number of this change, from 1
  /// @param rowText as stored, for example `[{"kind":"node","id":"…"}]`
  public static byte[] next(byte[] previous, long revision, String rowText) {
    byte[] number = new byte[8];
    for (int i = 0; i < 8; i++) {
      number[i] = (byte) (revision >>> (56 - 8 * i));
    }
    return Hash.sha256(previous, number, rowText.getBytes(UTF_8));
  }

  /// The resume token of an agent's map, opaque to the agent: `generation.revision.digest`.
  ///
  /// @param generation a constant of the program, raised when an upgrade must send full maps
  /// @param digest the first 8 bytes of the digest, as 16 hex digits
  public record Token(long generation, long revision, String digest) {
    /// @param digest 32 bytes
    public static Token of(long generation, long revision, byte[] digest) {
      return new Token(generation, revision, prefix(digest));
    }

    /// Reads the coordinator's own text; anything else is a token of nobody.
    public static Token parse(String text) throws MalformedException {
      int first = text.indexOf('.');
      int second = text.indexOf('.', first + 1);
      if (first > 0 && second > 0 && second < 32) {
        try {
          var token =
              new Token(
                  Long.parseLong(text, 0, first, 10),
                  Long.parseLong(text, first + 1, second, 10),
                  text.substring(second + 1));
          if (token.digest.length() == 2 * PREFIX_BYTES
              && token.toString().equals(text)
              && Text.hex(Text.parseHex(token.digest)).equals(token.digest)) {
            return token;
          }
        } catch (NumberFormatException e) {
          // refused below
        }
      }
      throw new MalformedException("token: needs generation.revision.digest");
    }

    /// True if `digest` (32 bytes) is the one this token was made from, as far as it tells.
    public boolean matches(byte[] digest) {
      return this.digest.equals(prefix(digest));
    }

    @Override
    public String toString() {
      return generation + "." + revision + "." + digest;
    }

    private static String prefix(byte[] digest) {
      return Text.hex(Arrays.copyOf(digest, PREFIX_BYTES));
    }
  }
}
