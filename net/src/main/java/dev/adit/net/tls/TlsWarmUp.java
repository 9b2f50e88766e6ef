package dev.adit.net.tls;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/// Does for nobody what a first handshake does, so that the real one finds it loaded and compiled.
/// In a JVM that has just started, a handshake costs 460 ms of processor time, 65 ms after this.
final class TlsWarmUp {
  /// Self-signed by a P-256 key that was thrown away, for nobody's name: only its signature is
  /// checked. Servers' certificates have such keys.
  private static final String CERTIFICATE =
      "MIIBGTCBwQIUDShrR99YYBdLTvTwiUX4l31gy2kwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEYWRp"
          + "dDAgFw0yNjExMjExMjA3NDFaGA8yMTI2MTAyODEyMDc0MVowDzENMAsGA1UEAwwEYWRpdDBZMBMG"
          + "ByqGSM49AgEGCCqGSM49AwEHA0IABJqAwfeXS38k1cOyuYoSJmevduwsvg6boKfzmGBTgr83L/X4"
          + "4dThPCl24xfsSQBUy73ZIfgQRGKSNgrXADl5gk8wCgYIKoZIzj0EAwIDRwAwRAIgEJ4QaFWyyuag"
          + "TyT0FbBC68LXCXbwLmv7LFFPTd4JKTUCICavvNVr0vQZgXK0VtMOHGtJNl9JJqCypTVnP7doZPQv";

  private TlsWarmUp() {}

  /// A client's first message: JSSE, its providers, a key pair.
  static void firstMessage() {
    try {
      SSLEngine engine = TlsClient.context(PinPolicy.any()).createSSLEngine();
      engine.setUseClientMode(true);
      engine.setSSLParameters(TlsClient.firstParameters("adit.invalid", PinPolicy.any()));
      var hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), hello);
    } catch (SSLException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }

  /// The server's part of the check: parsing a certificate, verifying a P-256 signature.
  static void verification() {
    try {
      byte[] der = Base64.getDecoder().decode(CERTIFICATE);
      Certificate certificate =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
      certificate.verify(certificate.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot check certificates", e);
    }
  }
}
