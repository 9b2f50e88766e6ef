package dev.adit.wire.control;

import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.MalformedException;
import java.util.random.RandomGenerator;

/// A join key: the secret with which a machine becomes a node, where to go with it, and whom to
/// trust there (control §2).
///
/// Text: `https://host[:port]/#adit1.<id>.<secret>.<root>`, always 91 characters after `#`.
/// Immutable; prints as its public id only.
public final class JoinKey extends Credential {
  private static final String PREFIX = "adit1";

  private JoinKey(KeyText text) {
    super(text);
  }

  /// Reads the text form; white space around it is cut.
  ///
  /// @throws MalformedException whose message is the sentence for the user
  public static JoinKey parse(String text) throws MalformedException {
    return new JoinKey(KeyText.parse("join key", PREFIX, text));
  }

  /// Makes a new one.
  ///
  /// @param url where the coordinator is reached
  /// @param root the coordinator's root key
  /// @param random must be cryptographically secure outside of tests
  public static JoinKey create(HttpsUrl url, VerifyingKey root, RandomGenerator random) {
    return new JoinKey(random(PREFIX, url, root, random));
  }

  /// @param id 6 bytes
  /// @param secret 24 bytes
  public static JoinKey of(HttpsUrl url, byte[] id, byte[] secret, VerifyingKey root) {
    if (id.length != ID_BYTES || secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException("join key: needs 6 bytes of id and 24 of secret");
    }
    return new JoinKey(new KeyText(PREFIX, url, id.clone(), secret.clone(), root));
  }
}
