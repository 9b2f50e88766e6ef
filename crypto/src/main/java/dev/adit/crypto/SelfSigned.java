package dev.adit.crypto;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/// A self-signed TLS certificate on ECDSA P-256, made where nobody configured one. Whoever connects
/// pins it or trusts Noise inside; its names only spare browsers and tools a second complaint.
///
/// @param privateKey PKCS#8, DER; secret
/// @param certificate X.509, DER
public record SelfSigned(byte[] privateKey, byte[] certificate) {
  private static final ASN1ObjectIdentifier ACME_IDENTIFIER =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");
  private static final Duration LIFETIME = Duration.ofDays(3650);
  private static final ECNamedDomainParameters P256 =
      new ECNamedDomainParameters(
          SECObjectIdentifiers.secp256r1, CustomNamedCurves.getByName("P-256"));
  private static final AlgorithmIdentifier ECDSA_SHA256 =
      new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

  /// Makes a key and its certificate, valid for ten years from a day before `wallClock`.
  ///
  /// @param random must be cryptographically secure outside of tests; the same bytes make the same
  ///   certificate, because the signature is deterministic (RFC 6979)
  /// @param dnsNames subject alternative names; may be empty
  /// @param ipAddresses literals without brackets or prefix length; may be empty
  public static SelfSigned create(
      RandomGenerator random, Instant wallClock, List<String> dnsNames, List<String> ipAddresses) {
    var extensions = extensions(dnsNames, ipAddresses);
    var start = wallClock.minus(Duration.ofDays(1));
    return create(random, "Adit", start, wallClock.plus(LIFETIME), extensions);
  }

  /// Makes a key and its certificate as derper does for a server that has an address only, valid
  /// for a year from `wallClock` (derp §15.1).
  ///
  /// @param address a literal without brackets
  public static SelfSigned createForAddress(
      RandomGenerator random, Instant wallClock, String address) {
    var extensions = extensions(List.of(), List.of(address));
    extensions.addExtension(
        extension(
            Extension.keyUsage,
            new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment)));
    extensions.addExtension(
        extension(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth)));
    var end = wallClock.plus(Duration.ofDays(365));
    return create(random, address, wallClock, end, extensions);
  }

  /// Makes a key and the certificate by which a server proves to an ACME authority, over TLS, that
  /// it has a name (RFC 8737 §3); good for a day to either side of `wallClock`.
  ///
  /// @param dnsNames the name, or empty
  /// @param ipAddresses the address, a literal without brackets, or empty
  /// @param digest SHA-256 of the key authorization, 32 bytes
  public static SelfSigned createForChallenge(
      RandomGenerator random,
      Instant wallClock,
      List<String> dnsNames,
      List<String> ipAddresses,
      byte[] digest) {
    var extensions = extensions(dnsNames, ipAddresses);
    extensions.addExtension(extension(ACME_IDENTIFIER, new DEROctetString(digest)));
    var day = Duration.ofDays(1);
    return create(random, "Adit", wallClock.minus(day), wallClock.plus(day), extensions);
  }

  private static Extension extension(ASN1ObjectIdentifier id, ASN1Encodable value) {
    return new Extension(id, true, new DEROctetString(DerForm.of(value)));
  }

  private static SelfSigned create(
      RandomGenerator random,
      String commonName,
      Instant start,
      Instant end,
      ExtensionsGenerator extensions) {
    var key = new ECPrivateKeyParameters(secretNumber(random), P256);
    byte[] point =
        new FixedPointCombMultiplier().multiply(P256.getG(), key.getD()).getEncoded(false);
    var algorithm =
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1);
    var name = new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();

    var body = new V3TBSCertificateGenerator();
    body.setSerialNumber(new ASN1Integer(DerForm.serial(random)));
    body.setSignature(ECDSA_SHA256);
    body.setIssuer(name);
    body.setSubject(name);
    body.setStartDate(DerForm.time(start));
    body.setEndDate(DerForm.time(end));
    body.setSubjectPublicKeyInfo(new SubjectPublicKeyInfo(algorithm, point));
    body.setExtensions(extensions.generate());

    var certificate = new ASN1EncodableVector();
    var signed = body.generateTBSCertificate();
    certificate.add(signed);
    certificate.add(ECDSA_SHA256);
    certificate.add(new DERBitString(sign(key, DerForm.of(signed))));
    return new SelfSigned(
        DerForm.of(pkcs8(key, point, algorithm)), DerForm.of(new DERSequence(certificate)));
  }

  /// The pin of the certificate, see [Certificate#spkiPin].
  public byte[] spkiPin() {
    try {
      return Certificate.spkiPin(certificate);
    } catch (CryptoException e) {
      throw new IllegalStateException("our own certificate does not parse", e);
    }
  }

  public String privateKeyPem() {
    return Pem.encode(Pem.PRIVATE_KEY, privateKey);
  }

  public String certificatePem() {
    return Pem.encode(Pem.CERTIFICATE, certificate);
  }

  @Override
  public String toString() {
    return "SelfSigned[…]";
  }

  /// Uniform in 1 … n − 1, by trying again.
  private static BigInteger secretNumber(RandomGenerator random) {
    while (true) {
      var number = new BigInteger(1, DerForm.bytes(random, 32));
      if (number.signum() > 0 && number.compareTo(P256.getN()) < 0) {
        return number;
      }
    }
  }

  private static ExtensionsGenerator extensions(List<String> dnsNames, List<String> ipAddresses) {
    var names = new ASN1EncodableVector();
    for (String dnsName : dnsNames) {
      names.add(new GeneralName(GeneralName.dNSName, dnsName));
    }
    for (String ipAddress : ipAddresses) {
      names.add(new GeneralName(GeneralName.iPAddress, ipAddress));
    }
    var extensions = new ExtensionsGenerator();
    extensions.addExtension(
        new Extension(
            Extension.basicConstraints,
            true,
            new DEROctetString(DerForm.of(new BasicConstraints(false)))));
    if (names.size() > 0) {
      var alternative = GeneralNames.getInstance(new DERSequence(names));
      extensions.addExtension(
          new Extension(
              Extension.subjectAlternativeName,
              false,
              new DEROctetString(DerForm.of(alternative))));
    }
    return extensions;
  }

  private static byte[] sign(ECPrivateKeyParameters key, byte[] message) {
    var signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, key);
    BigInteger[] rs = signer.generateSignature(Hash.sha256(message));
    var signature = new ASN1EncodableVector();
    signature.add(new ASN1Integer(rs[0]));
    signature.add(new ASN1Integer(rs[1]));
    return DerForm.of(new DERSequence(signature));
  }

  private static PrivateKeyInfo pkcs8(
      ECPrivateKeyParameters key, byte[] point, AlgorithmIdentifier algorithm) {
    try {
      return new PrivateKeyInfo(
          algorithm,
          new org.bouncycastle.asn1.sec.ECPrivateKey(
              256, key.getD(), new DERBitString(point), null));
    } catch (Exception e) {
      throw new IllegalStateException("cannot encode the private key", e);
    }
  }
}
