package dev.adit.crypto;

import java.util.random.RandomGenerator;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// An Ed25519 private key (RFC 8032): the coordinator's root or record key. Immutable; never
/// printed.
public final class SigningKey {
  public static final int BYTES = 32;

  private final byte[] seed;
  private final VerifyingKey verifyingKey;

  private SigningKey(byte[] seed) {
    this.seed = seed;
    byte[] point = new byte[VerifyingKey.BYTES];
    Ed25519.generatePublicKey(seed, 0, point, 0);
    this.verifyingKey = VerifyingKey.of(point);
  }

  /// @param seed the 32 bytes RFC 8032 calls the private key; copied
  public static SigningKey of(byte[] seed) {
    if (seed.length != BYTES) {
      throw new IllegalArgumentException("signing key: " + seed.length + " bytes, needs 32");
    }
    return new SigningKey(seed.clone());
  }

  /// @param random must be cryptographically secure outside of tests
  public static SigningKey generate(RandomGenerator random) {
    byte[] seed = new byte[BYTES];
    random.nextBytes(seed);
    return new SigningKey(seed);
  }

  public VerifyingKey verifyingKey() {
    return verifyingKey;
  }

  /// The signature, 64 bytes; the same message always gets the same one.
  public byte[] sign(byte[] message) {
    byte[] signature = new byte[VerifyingKey.SIGNATURE_BYTES];
    Ed25519.sign(seed, 0, verifyingKey.bytes(), 0, message, 0, message.length, signature, 0);
    return signature;
  }

  /// A copy of the seed: for storing only.
  public byte[] bytes() {
    return seed.clone();
  }

  @Override
  public String toString() {
    return "SigningKey[…]";
  }
}
