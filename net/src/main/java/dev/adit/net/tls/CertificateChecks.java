package dev.adit.net.tls;

import dev.adit.crypto.ConstantTime;
import dev.adit.crypto.Hash;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// What JSSE does not check as clients of DERP relays need it (derp §10.4).
final class CertificateChecks {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private CertificateChecks() {}

  static void fingerprint(X509Certificate[] chain, byte[] sha256, @Nullable String name)
      throws CertificateException {
    X509Certificate first = chain[0];
    if (RelayKeyCertificate.isOne(first) || withoutRelayKey(chain).length != 1) {
      throw new CertificateException("a server known by its fingerprint sends one certificate");
    }
    if (!ConstantTime.equal(sha256, Hash.sha256(first.getEncoded()))) {
      throw new CertificateException("the server's certificate has another fingerprint");
    }
    first.checkValidity();
    if (name != null) {
      requireName(first, name);
    }
  }

  static void certified(X509Certificate[] chain, String name, List<X509Certificate> roots)
      throws CertificateException {
    X509Certificate[] real = withoutRelayKey(chain);
    if (real.length == 0 || !real[0].equals(chain[0])) {
      throw new CertificateException("the server's own certificate must come first");
    }
    requireChain(real, roots);
    requireName(real[0], name);
  }

  private static X509Certificate[] withoutRelayKey(X509Certificate[] chain) {
    var real = new ArrayList<X509Certificate>();
    for (X509Certificate certificate : chain) {
      if (!RelayKeyCertificate.isOne(certificate)) {
        real.add(certificate);
      }
    }
    return real.toArray(new X509Certificate[0]);
  }

  /// The runtime's roots first, then those of the program.
  private static void requireChain(X509Certificate[] chain, List<X509Certificate> roots)
      throws CertificateException {
    try {
      check(chain, null);
    } catch (CertificateException e) {
      if (roots.isEmpty()) {
        throw e;
      }
      check(chain, roots);
    }
  }

  private static void check(X509Certificate[] chain, @Nullable List<X509Certificate> roots)
      throws CertificateException {
    try {
      KeyStore store = null;
      if (roots != null) {
        store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < roots.size(); i++) {
          store.setCertificateEntry("root" + i, roots.get(i));
        }
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager judge) {
          // TLS 1.3 has no key exchange by certificate: "UNKNOWN" is what JSSE itself passes.
          judge.checkServerTrusted(chain, "UNKNOWN");
          return;
        }
      }
      throw new CertificateException("this Java runtime has no judge of certificates");
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new CertificateException("certificates cannot be checked", e);
    }
  }

  /// Only alternative names count, as everywhere today (RFC 6125 §6.4.4 is history).
  static void requireName(X509Certificate certificate, String host) throws CertificateException {
    IpAddress literal = HostAddresses.literal(host);
    var names = certificate.getSubjectAlternativeNames();
    if (names != null) {
      for (List<?> name : names) {
        int kind = (Integer) name.get(0);
        String value = String.valueOf(name.get(1));
        if (literal == null && kind == DNS_NAME && covers(value, host)) {
          return;
        }
        IpAddress address = kind == IP_ADDRESS ? HostAddresses.literal(value) : null;
        if (address != null && literal != null && literal.equals(address)) {
          return;
        }
      }
    }
    throw new CertificateException("the server's certificate is not for " + host);
  }

  /// A `*` stands for the whole first label, and for one only.
  private static boolean covers(String pattern, String host) {
    String wanted = TlsClient.withoutDot(host).toLowerCase(Locale.ROOT);
    String name = TlsClient.withoutDot(pattern).toLowerCase(Locale.ROOT);
    if (!name.startsWith("*.")) {
      return name.equals(wanted);
    }
    int dot = wanted.indexOf('.');
    String rest = name.substring(1); // ".example.org"
    return dot > 0 && rest.indexOf('.', 1) > 0 && wanted.substring(dot).equals(rest);
  }
}
