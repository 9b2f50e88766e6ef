package dev.adit.crypto;

import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x509.Time;

/// Steps that all certificates of ours share.
final class DerForm {
  private DerForm() {}

  static byte[] of(ASN1Encodable value) {
    try {
      return value.toASN1Primitive().getEncoded("DER");
    } catch (Exception e) { // declared as an I/O error, though nothing here leaves memory
      throw new IllegalStateException("cannot encode " + value.getClass().getSimpleName(), e);
    }
  }

  /// @throws CryptoException if the bytes are not one DER value
  static ASN1Primitive parse(byte[] der, String what) throws CryptoException {
    try {
      var value = ASN1Primitive.fromByteArray(der);
      if (value != null) { // null for no bytes at all
        return value;
      }
      throw new CryptoException(what + ": empty");
    } catch (CryptoException e) {
      throw e;
    } catch (Exception e) { // hostile bytes make this library throw unchecked ones too
      throw new CryptoException(what + ": not DER");
    }
  }

  /// RFC 5280 §4.1.2.5: two digits of the year until 2049, four from 2050.
  static Time time(Instant instant) {
    String text = instant.truncatedTo(ChronoUnit.SECONDS).toString(); // 2026-01-02T03:04:05Z
    String digits = text.replace("-", "").replace("T", "").replace(":", "");
    return new Time(
        text.compareTo("2050") < 0
            ? new DERUTCTime(digits.substring(2))
            : new DERGeneralizedTime(digits));
  }

  /// A serial number of 128 random bits.
  static BigInteger serial(RandomGenerator random) {
    return new BigInteger(1, bytes(random, 16)).setBit(0);
  }

  static byte[] bytes(RandomGenerator random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
