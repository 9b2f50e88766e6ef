package dev.adit.wire.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.adit.crypto.ConstantTime;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.Hkdf;
import dev.adit.crypto.Hmac;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;

/// Shows that a machine holds the private half of the node key it registers, on this stream only
/// (control R-ID-5).
///
///     dh    = X25519(node key, channel key of this stream)
///     k     = HKDF-SHA256(dh, "adit-node-key-v1", nodeKey ‖ channelKey, 32)
///     proof = HMAC-SHA256(k, Noise handshake hash of this stream)
public final class NodeKeyProof {
  public static final int BYTES = 32;
  private static final byte[] SALT = "adit-node-key-v1".getBytes(US_ASCII);

  private NodeKeyProof() {}

  /// The agent's side.
  ///
  /// @throws CryptoException if the channel key is not usable
  public static byte[] prove(PrivateKey node, PublicKey channel, byte[] handshakeHash)
      throws CryptoException {
    return proof(node.agree(channel), node.publicKey(), channel, handshakeHash);
  }

  /// The coordinator's side; compares in constant time.
  ///
  /// @throws CryptoException if the node key is not usable, which is another refusal than a wrong
  ///   proof
  public static boolean check(
      PrivateKey channel, PublicKey node, byte[] handshakeHash, byte[] proof)
      throws CryptoException {
    return ConstantTime.equal(
        proof(channel.agree(node), node, channel.publicKey(), handshakeHash), proof);
  }

  private static byte[] proof(byte[] dh, PublicKey node, PublicKey channel, byte[] handshakeHash) {
    byte[] info = new byte[2 * PublicKey.BYTES];
    node.copyTo(info, 0);
    channel.copyTo(info, PublicKey.BYTES);
    return Hmac.sha256(Hkdf.sha256(dh, SALT, info, 32), handshakeHash);
  }
}
