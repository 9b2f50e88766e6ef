package dev.adit.wire.control;

import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.Text;
import java.util.random.RandomGenerator;

/// A secret of a coordinator's, where to go with it, and whom to trust there. Immutable; prints as
/// its public id only.
abstract sealed class Credential permits AdminToken, JoinKey {
  public static final int ID_BYTES = KeyText.ID_BYTES;
  public static final int SECRET_BYTES = KeyText.SECRET_BYTES;

  private final KeyText text;

  Credential(KeyText text) {
    this.text = text;
  }

  /// @param random must be cryptographically secure outside of tests
  static KeyText random(String prefix, HttpsUrl url, VerifyingKey root, RandomGenerator random) {
    byte[] id = new byte[ID_BYTES];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    return new KeyText(prefix, url, id, secret, root);
  }

  public final HttpsUrl url() {
    return text.url();
  }

  /// 8 characters, public.
  public final String id() {
    return Text.b64(text.id());
  }

  /// A copy of the 24 bytes.
  public final byte[] secret() {
    return text.secret().clone();
  }

  public final VerifyingKey root() {
    return text.root();
  }

  /// The whole text with the secret: for the user only, once.
  public final String text() {
    return text.text();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + id() + "]";
  }
}
