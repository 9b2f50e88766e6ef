package dev.adit.net.tls;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The certificate behind the real ones by which a DERP relay tells its key already in the TLS
/// handshake (derp §2.4). Neither its signature nor its dates mean anything: that the handshake
/// showed it under TLS 1.3 does.
public final class RelayKeyCertificate {
  private static final String PREFIX = "CN=derpkey";

  private RelayKeyCertificate() {}

  /// The relay's key, from the first certificate that tells one.
  ///
  /// @param certificates all that the server presented, as DER; only from TLS 1.3
  /// @return null if none does, or only for a version of DERP that does not exist
  public static @Nullable PublicKey find(List<byte[]> certificates) {
    for (byte[] der : certificates) {
      try {
        var parsed =
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der));
        PublicKey key = key(parsed);
        if (key != null) {
          return key;
        }
      } catch (CertificateException e) {
        // of no kind that tells a key
      }
    }
    return null;
  }

  static boolean isOne(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName().startsWith(PREFIX);
  }

  private static @Nullable PublicKey key(X509Certificate certificate) {
    String name = certificate.getSubjectX500Principal().getName();
    var version = certificate.getSerialNumber();
    if (!name.startsWith(PREFIX) || version.signum() <= 0 || version.bitLength() > 8) {
      return null;
    }
    try {
      byte[] key = Text.parseHex(name.substring(PREFIX.length()));
      return key.length == PublicKey.BYTES ? PublicKey.of(key) : null;
    } catch (MalformedException e) {
      return null;
    }
  }
}
