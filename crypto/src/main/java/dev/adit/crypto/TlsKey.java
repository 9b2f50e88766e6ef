package dev.adit.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/// The private key of a TLS certificate or of an ACME account, as the JDK's TLS and its users want
/// it. Immutable; secret.
public final class TlsKey {
  private static final String SEC1 = "EC PRIVATE KEY";
  private static final String PKCS1 = "RSA PRIVATE KEY";
  private static final byte[] CHALLENGE =
      "which of the keys is it?".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final java.security.PrivateKey key;
  private final byte[] pkcs8;

  private TlsKey(java.security.PrivateKey key, byte[] pkcs8) {
    this.key = key;
    this.pkcs8 = pkcs8;
  }

  /// The first key of a PEM text: PKCS#8 (`PRIVATE KEY`), SEC 1 (`EC PRIVATE KEY`) or PKCS#1 (`RSA
  /// PRIVATE KEY`), not encrypted.
  ///
  /// @throws CryptoException if there is none, or of no kind that TLS knows
  public static TlsKey parse(String pem) throws CryptoException {
    return of(pkcs8(pem));
  }

  /// @param pkcs8 DER
  /// @throws CryptoException if TLS knows no such kind
  public static TlsKey of(byte[] pkcs8) throws CryptoException {
    String algorithm;
    try {
      algorithm =
          switch (PrivateKeyInfo.getInstance(DerForm.parse(pkcs8, "private key"))
              .getPrivateKeyAlgorithm()
              .getAlgorithm()
              .getId()) {
            case "1.2.840.10045.2.1" -> "EC";
            case "1.2.840.113549.1.1.1" -> "RSA";
            case "1.3.101.112" -> "Ed25519";
            default -> throw new CryptoException("private key: neither EC nor RSA nor Ed25519");
          };
      var key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      return new TlsKey(key, pkcs8.clone());
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new CryptoException("private key: damaged");
    }
  }

  private static byte[] pkcs8(String pem) throws CryptoException {
    List<byte[]> whole = Pem.decode(Pem.PRIVATE_KEY, pem);
    if (!whole.isEmpty()) {
      return whole.getFirst();
    }
    List<byte[]> ec = Pem.decode(SEC1, pem);
    List<byte[]> rsa = Pem.decode(PKCS1, pem);
    try {
      if (!ec.isEmpty()) {
        var inner =
            org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(
                DerForm.parse(ec.getFirst(), "private key"));
        var curve = inner.getParametersObject();
        if (curve == null) {
          throw new CryptoException("private key: EC PRIVATE KEY names no curve");
        }
        return DerForm.of(
            new PrivateKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), inner));
      }
      if (!rsa.isEmpty()) {
        return DerForm.of(
            new PrivateKeyInfo(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                ASN1Sequence.getInstance(DerForm.parse(rsa.getFirst(), "private key"))));
      }
    } catch (CryptoException e) {
      throw e;
    } catch (Exception e) { // declared as an I/O error, though nothing here leaves memory
      throw new CryptoException("private key: damaged");
    }
    throw new CryptoException(
        "no PRIVATE KEY block; expected PEM, not encrypted (PKCS#8, EC or RSA)");
  }

  /// For TLS.
  public java.security.PrivateKey key() {
    return key;
  }

  /// True if a signature by this key verifies with `publicKey`, that of a certificate.
  public boolean belongsTo(java.security.PublicKey publicKey) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "Ed25519";
        };
    try {
      var signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(CHALLENGE);
      byte[] signature = signer.sign();
      signer.initVerify(publicKey);
      signer.update(CHALLENGE);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // a key of another kind
    }
  }

  /// With its public key, for certificate requests and for signing at an ACME server.
  ///
  /// @throws CryptoException if this is no key on P-256
  public KeyPair pair() throws CryptoException {
    var p256 = CustomNamedCurves.getByName("P-256");
    if (!(key instanceof ECPrivateKey ec)
        || ec.getParams().getCurve().getField().getFieldSize() != 256
        || !ec.getParams().getOrder().equals(p256.getN())) {
      throw new CryptoException("private key: not on P-256");
    }
    var point = new FixedPointCombMultiplier().multiply(p256.getG(), ec.getS()).normalize();
    BigInteger x = point.getAffineXCoord().toBigInteger();
    BigInteger y = point.getAffineYCoord().toBigInteger();
    try {
      var spec = new ECPublicKeySpec(new ECPoint(x, y), ec.getParams());
      return new KeyPair(KeyFactory.getInstance("EC").generatePublic(spec), key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a point of the curve is not taken for one", e);
    }
  }

  /// PKCS#8, PEM.
  public String pem() {
    return Pem.encode(Pem.PRIVATE_KEY, pkcs8);
  }

  @Override
  public String toString() {
    return "TlsKey[…]";
  }
}
