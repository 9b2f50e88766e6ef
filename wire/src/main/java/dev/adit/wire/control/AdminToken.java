package dev.adit.wire.control;

import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.MalformedException;
import java.util.random.RandomGenerator;

/// An admin token: the secret with which the command line administers a coordinator, where it is,
/// and whom to trust there (control R-ADM-4).
///
/// Text: `https://host[:port]/#aditadm1.<id>.<secret>.<root>`, always 94 characters after `#`.
/// Immutable; prints as its public id only.
public final class AdminToken extends Credential {
  private static final String PREFIX = "aditadm1";

  private AdminToken(KeyText text) {
    super(text);
  }

  /// Reads the text form; white space around it is cut.
  ///
  /// @throws MalformedException whose message is the sentence for the user
  public static AdminToken parse(String text) throws MalformedException {
    return new AdminToken(KeyText.parse("admin token", PREFIX, text));
  }

  /// Makes a new one.
  ///
  /// @param url where the coordinator is reached
  /// @param root the coordinator's root key
  /// @param random must be cryptographically secure outside of tests
  public static AdminToken create(HttpsUrl url, VerifyingKey root, RandomGenerator random) {
    return new AdminToken(random(PREFIX, url, root, random));
  }

  /// @param id 6 bytes
  /// @param secret 24 bytes
  public static AdminToken of(HttpsUrl url, byte[] id, byte[] secret, VerifyingKey root) {
    if (id.length != ID_BYTES || secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException("admin token: needs 6 bytes of id and 24 of secret");
    }
    return new AdminToken(new KeyText(PREFIX, url, id.clone(), secret.clone(), root));
  }
}
