package dev.adit.wire.control;

import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;

/// The form that join keys and admin tokens share: `URL#PREFIX.id.secret.root`.
///
/// @param prefix `adit1` or `aditadm1`
/// @param id 6 bytes, public
/// @param secret 24 bytes
record KeyText(String prefix, HttpsUrl url, byte[] id, byte[] secret, VerifyingKey root) {
  static final int ID_BYTES = 6;
  static final int SECRET_BYTES = 24;
  private static final int ID_CHARACTERS = 8;
  private static final int SECRET_CHARACTERS = 32;
  private static final int ROOT_CHARACTERS = 43;

  /// Reads a text with white space around.
  ///
  /// @param what how errors call it, for example `join key`
  /// @throws MalformedException whose message is a sentence for the user, without the secret
  static KeyText parse(String what, String prefix, String text) throws MalformedException {
    String stripped = text.strip();
    int hash = stripped.indexOf('#');
    String key = stripped.substring(hash + 1);
    if (hash < 0 || !key.startsWith(prefix + ".")) {
      throw new MalformedException(
          what + ": no '#" + prefix + ".' part; expected https://HOST/#" + prefix + ".…");
    }
    checkCharacters(what, prefix, key);
    int idAt = prefix.length() + 1;
    int secretAt = idAt + ID_CHARACTERS + 1;
    int rootAt = secretAt + SECRET_CHARACTERS + 1;
    byte[] id = Text.parseB64(key.substring(idAt, secretAt - 1), ID_BYTES);
    byte[] secret = Text.parseB64(key.substring(secretAt, rootAt - 1), SECRET_BYTES);
    byte[] root;
    try {
      root = Text.parseB64(key.substring(rootAt), VerifyingKey.BYTES);
    } catch (MalformedException e) {
      // All characters are good, so it is the last one, whose unused bits are not zero.
      throw notAllowed(what, key.length());
    }
    return new KeyText(
        prefix, url(what, stripped.substring(0, hash)), id, secret, VerifyingKey.of(root));
  }

  private static void checkCharacters(String what, String prefix, String key)
      throws MalformedException {
    int needed = length(prefix);
    if (key.length() != needed) {
      throw new MalformedException(
          what
              + ": "
              + key.length()
              + " characters after '#', need "
              + needed
              + "; it looks cut off, copy it again");
    }
    int firstDot = prefix.length();
    int secondDot = firstDot + 1 + ID_CHARACTERS;
    int thirdDot = secondDot + 1 + SECRET_CHARACTERS;
    for (int i = firstDot; i < key.length(); i++) {
      boolean dot = i == firstDot || i == secondDot || i == thirdDot;
      if (dot ? key.charAt(i) != '.' : !isB64(key.charAt(i))) {
        throw notAllowed(what, i + 1);
      }
    }
  }

  private static HttpsUrl url(String what, String text) throws MalformedException {
    try {
      return HttpsUrl.parse(text);
    } catch (MalformedException e) {
      throw new MalformedException(
          what + ": the address before '#' is not https://HOST[:PORT]/; copy it again");
    }
  }

  private static MalformedException notAllowed(String what, int position) {
    return new MalformedException(
        what + ": character " + position + " after '#' is not allowed there; copy it again");
  }

  private static boolean isB64(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '-'
        || c == '_';
  }

  /// How many characters stand after `#`.
  private static int length(String prefix) {
    return prefix.length() + 3 + ID_CHARACTERS + SECRET_CHARACTERS + ROOT_CHARACTERS;
  }

  String text() {
    return url + "/#" + prefix + "." + Text.b64(id) + "." + Text.b64(secret) + "." + root.toB64();
  }
}
