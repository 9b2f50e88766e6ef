/// Keys, AEAD, hashes, Noise, certificates. Pure.
module dev.adit.crypto {
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;
  requires org.bouncycastle.util;
  requires static org.jspecify;

  exports dev.adit.crypto;
}
