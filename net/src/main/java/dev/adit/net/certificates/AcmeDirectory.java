package dev.adit.net.certificates;

import dev.adit.crypto.CryptoException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/// Any ACME server, trusted over TLS by roots of our choice: an organisation's own authority is
/// often vouched for by itself only.
final class AcmeDirectory extends GenericAcmeProvider {
  private final @Nullable SSLContext tls;

  /// @param roots PEM file, or null for the Java runtime's
  /// @throws IOException if it cannot be read
  /// @throws CryptoException if it holds no certificate
  AcmeDirectory(@Nullable Path roots) throws IOException, CryptoException {
    tls = roots == null ? null : tls(roots);
  }

  private static SSLContext tls(Path roots) throws IOException, CryptoException {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (var root : TlsIdentity.chain(Files.readString(roots))) {
        store.setCertificateEntry("root-" + number, root);
        number++;
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(roots + ": " + e.getMessage(), e);
    }
  }

  @Override
  public HttpClient createHttpClient(NetworkSettings settings) {
    var builder =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(settings.getTimeout())
            .proxy(settings.getProxySelector());
    return (tls == null ? builder : builder.sslContext(tls)).build();
  }
}
