package dev.adit.crypto;

import java.util.Arrays;

/// The handshake `Noise_IK_25519_ChaChaPoly_BLAKE2s` (Noise rev. 34 §7.5) with empty payloads.
///
/// The initiator knows the responder's static key in advance and sends its own sealed under it:
///
///     ← s                                     known before
///     → e, es, s, ss      message 1, 96 bytes: e 32 ‖ sealed s 48 ‖ tag 16
///     ← e, ee, se         message 2, 48 bytes: e 32 ‖ tag 16
///
/// Message 1 can be replayed by anybody who saw it: the responder knows the initiator is there only
/// when the first transport message opens. Objects are confined to one thread and used once.
public final class NoiseIk {
  public static final int MESSAGE_1_BYTES = 96;
  public static final int MESSAGE_2_BYTES = 48;
  private static final int KEY = PublicKey.BYTES;
  private static final int SEALED_KEY = PublicKey.BYTES + ChaChaPoly.TAG_BYTES;
  private static final byte[] EMPTY = {};

  private NoiseIk() {}

  /// The side that connects: [#message1], then [#finish].
  public static final class Initiator {
    private final NoiseSymmetric state;
    private final PrivateKey local;
    private final PrivateKey ephemeral;
    private final byte[] message1;

    /// @param ephemeral fresh for every handshake
    /// @throws CryptoException if `remote` is no usable key
    public Initiator(byte[] prologue, PrivateKey local, PublicKey remote, PrivateKey ephemeral)
        throws CryptoException {
      this.local = local;
      this.ephemeral = ephemeral;
      state = new NoiseSymmetric(prologue);
      state.mixHash(remote.bytes());
      byte[] e = ephemeral.publicKey().bytes();
      state.mixHash(e);
      state.mixKey(ephemeral.agree(remote));
      byte[] s = state.encryptAndHash(local.publicKey().bytes());
      state.mixKey(local.agree(remote));
      message1 = concat(e, s, state.encryptAndHash(EMPTY));
    }

    /// The 96 bytes to send first; a copy.
    public byte[] message1() {
      return message1.clone();
    }

    /// Reads the answer.
    ///
    /// @throws CryptoException if it is not 48 bytes of the owner of the expected static key
    public NoiseTransport finish(byte[] message2) throws CryptoException {
      checkLength(message2, MESSAGE_2_BYTES);
      var remoteEphemeral = PublicKey.of(message2, 0, KEY);
      state.mixHash(remoteEphemeral.bytes());
      state.mixKey(ephemeral.agree(remoteEphemeral));
      state.mixKey(local.agree(remoteEphemeral));
      state.decryptAndHash(Arrays.copyOfRange(message2, KEY, MESSAGE_2_BYTES));
      NoiseCipher[] ciphers = state.split();
      return new NoiseTransport(ciphers[0], ciphers[1], state.handshakeHash());
    }
  }

  /// The side that answers: [#accept], then [#message2] and [#transport].
  public static final class Responder {
    private final PublicKey remote;
    private final byte[] message2;
    private final NoiseTransport transport;

    private Responder(PublicKey remote, byte[] message2, NoiseTransport transport) {
      this.remote = remote;
      this.message2 = message2;
      this.transport = transport;
    }

    /// Reads message 1 and makes the answer.
    ///
    /// @param ephemeral fresh for every handshake
    /// @throws CryptoException if it is not 96 bytes made for `local`'s public key and `prologue`
    public static Responder accept(
        byte[] prologue, PrivateKey local, PrivateKey ephemeral, byte[] message1)
        throws CryptoException {
      checkLength(message1, MESSAGE_1_BYTES);
      var state = new NoiseSymmetric(prologue);
      state.mixHash(local.publicKey().bytes());
      var remoteEphemeral = PublicKey.of(message1, 0, KEY);
      state.mixHash(remoteEphemeral.bytes());
      state.mixKey(local.agree(remoteEphemeral));
      int sealedKeyEnd = KEY + SEALED_KEY;
      byte[] s = state.decryptAndHash(Arrays.copyOfRange(message1, KEY, sealedKeyEnd));
      var remote = PublicKey.of(s);
      state.mixKey(local.agree(remote));
      state.decryptAndHash(Arrays.copyOfRange(message1, sealedKeyEnd, MESSAGE_1_BYTES));

      byte[] e = ephemeral.publicKey().bytes();
      state.mixHash(e);
      state.mixKey(ephemeral.agree(remoteEphemeral));
      state.mixKey(ephemeral.agree(remote));
      byte[] message2 = concat(e, state.encryptAndHash(EMPTY));
      NoiseCipher[] ciphers = state.split();
      return new Responder(
          remote, message2, new NoiseTransport(ciphers[1], ciphers[0], state.handshakeHash()));
    }

    /// The static key the initiator claims; a claim until the first transport message opens.
    public PublicKey remote() {
      return remote;
    }

    /// The 48 bytes to answer; a copy.
    public byte[] message2() {
      return message2.clone();
    }

    public NoiseTransport transport() {
      return transport;
    }
  }

  private static void checkLength(byte[] message, int needed) throws CryptoException {
    if (message.length != needed) {
      throw new CryptoException("Noise handshake: " + message.length + " bytes, needs " + needed);
    }
  }

  private static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
