package dev.adit.crypto;

import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/// HMAC-SHA1 (RFC 2104), for STUN's MESSAGE-INTEGRITY only. Nothing of ours relies on it.
public final class HmacSha1 {
  public static final int BYTES = 20;

  private HmacSha1() {}

  public static byte[] of(byte[] key, byte[] message) {
    var mac = new HMac(new SHA1Digest());
    mac.init(new KeyParameter(key));
    mac.update(message, 0, message.length);
    byte[] result = new byte[BYTES];
    mac.doFinal(result, 0);
    return result;
  }
}
