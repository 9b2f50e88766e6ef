package dev.adit.wire.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.Hmac;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;

/// What two node keys share: the keys of HELLO, and the secret that binds probe keys to node keys
/// (relay-rung §2). Immutable; never printed.
///
/// `lo` is the node with the lower node key, which is also the controller (R-SEL-1).
public final class NodeSecrets {
  private static final byte[] HELLO_LABEL = "adit-probe-hello-v1".getBytes(US_ASCII);
  private static final byte[] PROBE_LABEL = "adit-probe-v1".getBytes(US_ASCII);
  private static final byte[] HELLO_INFO = "hello".getBytes(US_ASCII);
  private static final byte[] MIX_INFO = "mix".getBytes(US_ASCII);
  private static final byte[] ONE = {1};

  private final boolean isLow;
  private final byte[] helloSend;
  private final byte[] helloReceive;
  private final byte[] mix;

  private NodeSecrets(boolean isLow, byte[] helloSend, byte[] helloReceive, byte[] mix) {
    this.isLow = isLow;
    this.helloSend = helloSend;
    this.helloReceive = helloReceive;
    this.mix = mix;
  }

  /// @throws CryptoException if the peer's key gives an all-zero agreement: refuse that peer
  public static NodeSecrets between(PrivateKey own, PublicKey peer) throws CryptoException {
    byte[] k0 = Hmac.sha256(HELLO_LABEL, own.agree(peer));
    boolean isLow = own.publicKey().compareTo(peer) < 0;
    byte[] lo = (isLow ? own.publicKey() : peer).bytes();
    byte[] hi = (isLow ? peer : own.publicKey()).bytes();
    byte[] fromLow = Hmac.sha256(k0, HELLO_INFO, lo, hi, new byte[] {0}, ONE);
    byte[] fromHigh = Hmac.sha256(k0, HELLO_INFO, lo, hi, new byte[] {1}, ONE);
    byte[] mix = Hmac.sha256(k0, MIX_INFO, lo, hi, ONE);
    return new NodeSecrets(isLow, isLow ? fromLow : fromHigh, isLow ? fromHigh : fromLow, mix);
  }

  /// True if our node key is the lower one: we are the controller of the pair.
  public boolean isLow() {
    return isLow;
  }

  /// The keys of probe messages between two probe keys.
  ///
  /// @throws CryptoException if the peer's probe key gives an all-zero agreement: refuse it
  public ProbeKeys probeKeys(PrivateKey ownProbe, PublicKey peerProbe) throws CryptoException {
    byte[] prk = Hmac.sha256(PROBE_LABEL, mix, ownProbe.agree(peerProbe));
    byte[] lo = (isLow ? ownProbe.publicKey() : peerProbe).bytes();
    byte[] hi = (isLow ? peerProbe : ownProbe.publicKey()).bytes();
    byte[] fromLow = Hmac.sha256(prk, lo, hi, new byte[] {0}, ONE);
    byte[] fromHigh = Hmac.sha256(prk, lo, hi, new byte[] {1}, ONE);
    return isLow ? new ProbeKeys(fromLow, fromHigh) : new ProbeKeys(fromHigh, fromLow);
  }

  byte[] helloSendKey() {
    return helloSend;
  }

  byte[] helloReceiveKey() {
    return helloReceive;
  }

  byte[] mixSecret() {
    return mix;
  }

  @Override
  public String toString() {
    return "NodeSecrets[…]";
  }
}
