package dev.adit.net.frontdoor;

import dev.adit.net.Clock;
import dev.adit.net.certificates.TlsIdentity;
import dev.adit.wire.IpAddress;
import dev.adit.wire.tls.ClientHello;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The server's TLS: versions 1.3 and 1.2, and only HTTP/1.1 by ALPN, for a connection that is to
/// leave HTTP must not be HTTP/2. Thread-safe.
///
/// Which certificate is shown is asked anew at each handshake, so a new one is shown from then on,
/// and connections that stand keep what they were made with. What BoringSSL needs of a certificate
/// is made once for each and kept as long as that certificate is in use: a handshake costs the same
/// as if there were only one, but for reading the ClientHello.
final class ServerTls {
  /// What an ACME server speaks to see that a name is ours (RFC 8737).
  static final String ACME = "acme-tls/1";

  private final FrontDoorConfig.Tls config;
  private final Clock clock;

  // Guarded by this. Weak, so that what nobody shows any more goes by itself.
  private final Map<TlsIdentity, Shown> shown = new WeakHashMap<>();

  /// What is shown for one identity.
  ///
  /// @param meta the last certificate; null for none
  private record Shown(SslContext context, @Nullable X509Certificate meta) {}

  ServerTls(FrontDoorConfig.Tls config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /// Finds out whether the certificate of a client without wishes can be used.
  ///
  /// @throws IOException saying what is wrong with key or certificate
  void check(IpAddress local) throws IOException {
    try {
      var _ = choose(ClientHello.PLAIN, local);
    } catch (SSLException e) {
      throw new IOException("TLS: key or certificate cannot be used: " + e.getMessage(), e);
    }
  }

  /// @return null if the client asks for an ACME challenge that nobody waits for
  @Nullable SslContext choose(ClientHello hello, IpAddress local) throws SSLException {
    if (hello.protocols().contains(ACME)) {
      var challenge =
          hello.serverName() == null ? null : config.certificates().challenge(hello.serverName());
      return challenge == null ? null : context(challenge, null, ACME);
    }
    return shown(config.certificates().choose(hello.serverName(), local));
  }

  private synchronized SslContext shown(TlsIdentity identity) throws SSLException {
    var meta = config.meta() == null ? null : config.meta().current(clock.wall());
    var now = shown.get(identity);
    if (now == null || now.meta() != meta) {
      now = new Shown(context(identity, meta, ApplicationProtocolNames.HTTP_1_1), meta);
      shown.put(identity, now);
    }
    return now.context();
  }

  private static SslContext context(
      TlsIdentity identity, @Nullable X509Certificate meta, String protocol) throws SSLException {
    var chain = new ArrayList<>(identity.chain()); // the identity's own stays as it is
    if (meta != null) {
      chain.add(meta);
    }
    return SslContextBuilder.forServer(identity.key().key(), chain)
        // PKCS#12 refuses a chain with a certificate that none before it was signed by.
        .keyStoreType("JKS")
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocol))
        .build();
  }
}
