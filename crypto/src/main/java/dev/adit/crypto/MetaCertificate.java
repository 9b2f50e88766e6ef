package dev.adit.crypto;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/// The last certificate that a DERP server shows: it certifies nothing but tells the client, within
/// the TLS handshake, the server's DERP key, which spares a round trip (derp §2.4). Trust comes
/// from the handshake, which covers it.
///
/// | field | content |
/// |---|---|
/// | serial number | version of the DERP protocol |
/// | subject, issuer | CN = `derpkey` and 64 hex digits of the DERP key: 71 characters, though X.520 allows 64 |
/// | validity | 30 days to either side of its making |
/// | key, signature | Ed25519, of a key that is thrown away |
/// | extension | BasicConstraints alone, critical, empty |
public final class MetaCertificate {
  /// What the common name begins with.
  public static final String PREFIX = "derpkey";

  /// How long before and after its making it is valid.
  public static final Duration HALF_LIFE = Duration.ofDays(30);

  private static final AlgorithmIdentifier ED25519 =
      new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519);

  private MetaCertificate() {}

  /// @param derpKey the DERP server's public key
  /// @param version of the DERP protocol, 1 to 255
  /// @return X.509, DER
  public static byte[] create(
      RandomGenerator random, Instant wallClock, PublicKey derpKey, int version) {
    if (version < 1 || version > 255) {
      throw new IllegalArgumentException(
          "meta certificate: version " + version + ", allowed 1…255");
    }
    var key = SigningKey.generate(random);
    var commonName = new ASN1EncodableVector();
    commonName.add(BCStyle.CN);
    commonName.add(new DERPrintableString(PREFIX + derpKey.toHex()));
    var name = X500Name.getInstance(new DERSequence(new DERSet(new DERSequence(commonName))));

    var body = new V3TBSCertificateGenerator();
    body.setSerialNumber(new ASN1Integer(version));
    body.setSignature(ED25519);
    body.setIssuer(name);
    body.setSubject(name);
    body.setStartDate(DerForm.time(wallClock.minus(HALF_LIFE)));
    body.setEndDate(DerForm.time(wallClock.plus(HALF_LIFE)));
    body.setSubjectPublicKeyInfo(new SubjectPublicKeyInfo(ED25519, key.verifyingKey().bytes()));
    body.setExtensions(
        new Extensions(
            new Extension(
                Extension.basicConstraints,
                true,
                new DEROctetString(DerForm.of(new BasicConstraints(false))))));

    var certificate = new ASN1EncodableVector();
    var signed = body.generateTBSCertificate();
    certificate.add(signed);
    certificate.add(ED25519);
    certificate.add(new DERBitString(key.sign(DerForm.of(signed))));
    return DerForm.of(new DERSequence(certificate));
  }
}
