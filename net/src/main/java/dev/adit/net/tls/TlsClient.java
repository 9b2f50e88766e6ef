package dev.adit.net.tls;

import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// Connects to servers over TLS 1.3 (1.2 where the server has no better), by JSSE. Thread-safe.
public final class TlsClient {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /// X25519 alone at first: with P-256 beside it JSSE makes a key pair of each for its first
  /// message, and the second one takes a freshly started JVM 100 ms. Practically every server has
  /// X25519.
  private static final String[] FIRST_GROUPS = {"x25519"};

  /// For a second try with a server that refused the first; one of TLS 1.2 with a P-256 certificate
  /// does, because the certificate's curve has to be among the groups.
  private static final String[] MORE_GROUPS = {"x25519", "secp256r1", "secp384r1", "secp521r1"};

  private static final String[] CIPHER_SUITES = {
    "TLS_AES_128_GCM_SHA256",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  };

  private TlsClient() {}

  /// Resolves `host` (name or literal) and connects, through the proxy of the environment if it
  /// names one for this host.
  ///
  /// @param timeout for name, TCP, proxy and TLS together
  public static Connection connect(String host, int port, PinPolicy policy, Duration timeout)
      throws IOException {
    HttpProxy proxy = HttpProxy.of(host, System.getenv());
    return connect(host, port, policy, timeout, proxy);
  }

  /// Whether the environment names a proxy for this host.
  public static boolean isProxied(String host) {
    return HttpProxy.of(host, System.getenv()) != null;
  }

  static Connection connect(
      String host, int port, PinPolicy policy, Duration timeout, @Nullable HttpProxy proxy)
      throws IOException {
    String sni = HostAddresses.literal(host) == null ? host : null;
    if (proxy == null) {
      return connect(HostAddresses.resolve(host, port), sni, policy, timeout, host);
    }
    var target = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    List<Endpoint> proxies = HostAddresses.resolve(proxy.host(), proxy.port());
    return connect(
        deadline -> {
          Socket tcp = TcpRace.connect(proxies, deadline);
          try {
            limitReads(tcp, deadline);
            proxy.open(tcp, target);
            return tcp;
          } catch (IOException e) {
            tcp.close();
            throw e;
          }
        },
        sni,
        host,
        policy,
        timeout);
  }

  /// Connects to the first endpoint that answers, in order of preference (RFC 8305).
  ///
  /// @param sni the name to send, or null for none
  /// @param timeout for TCP and TLS together
  public static Connection connect(
      List<Endpoint> endpoints, @Nullable String sni, PinPolicy policy, Duration timeout)
      throws IOException {
    return connect(endpoints, sni, policy, timeout, sni);
  }

  private static Connection connect(
      List<Endpoint> endpoints,
      @Nullable String sni,
      PinPolicy policy,
      Duration timeout,
      @Nullable String checkedName)
      throws IOException {
    return connect(
        deadline -> TcpRace.connect(endpoints, deadline), sni, checkedName, policy, timeout);
  }

  /// Connects through `dial`, whatever way that goes.
  ///
  /// @param sni the name to send, or null for none; whose certificate it must be is the policy's
  ///   matter
  /// @param timeout for everything together
  public static Connection connect(
      TcpDial dial, @Nullable String sni, PinPolicy policy, Duration timeout) throws IOException {
    return connect(dial, sni, sni, policy, timeout);
  }

  private static Connection connect(
      TcpDial transport,
      @Nullable String sni,
      @Nullable String checkedName,
      PinPolicy policy,
      Duration timeout)
      throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      return secure(
          transport.open(deadline),
          parameters(sni, policy, FIRST_GROUPS),
          checkedName,
          policy,
          deadline);
    } catch (SSLException e) {
      if (e.getCause() instanceof CertificateException) {
        throw failed(e);
      }
      // Servers say in several ways that they lack the group: handshake_failure, or a JSSE server
      // unexpected_message.
      try {
        return secure(
            transport.open(deadline),
            parameters(sni, policy, MORE_GROUPS),
            checkedName,
            policy,
            deadline);
      } catch (SSLException _) {
        throw failed(e);
      }
    }
  }

  private static IOException failed(SSLException e) {
    return new IOException("TLS failed: " + e.getMessage(), e);
  }

  /// A connection without TLS: for relays and coordinators behind a proxy, and in tests.
  public static Connection connectPlain(List<Endpoint> endpoints, Duration timeout)
      throws IOException {
    Socket tcp = TcpRace.connect(endpoints, System.nanoTime() + timeout.toNanos());
    return new Connection(tcp, tcp);
  }

  public static Connection connectPlain(TcpDial dial, Duration timeout) throws IOException {
    Socket tcp = dial.open(System.nanoTime() + timeout.toNanos());
    return new Connection(tcp, tcp);
  }

  /// A TLS socket above `tcp`, for a proxy that wants TLS; closes `tcp` if it fails.
  static Socket secure(Socket tcp, String host, PinPolicy policy, long deadline)
      throws IOException {
    String sni = HostAddresses.literal(host) == null ? host : null;
    return handshaken(tcp, parameters(sni, policy, MORE_GROUPS), host, policy, deadline);
  }

  /// Closes `tcp` if it fails.
  private static Connection secure(
      Socket tcp,
      SSLParameters parameters,
      @Nullable String checkedName,
      PinPolicy policy,
      long deadline)
      throws IOException {
    SSLSocket tls = handshaken(tcp, parameters, checkedName, policy, deadline);
    tls.setSoTimeout(0);
    return new Connection(tcp, tls);
  }

  private static SSLSocket handshaken(
      Socket tcp,
      SSLParameters parameters,
      @Nullable String checkedName,
      PinPolicy policy,
      long deadline)
      throws IOException {
    try {
      limitReads(tcp, deadline);
      String name = checkedName == null ? "" : checkedName;
      var tls =
          (SSLSocket)
              context(policy).getSocketFactory().createSocket(tcp, name, tcp.getPort(), true);
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      return tls;
    } catch (SocketTimeoutException e) {
      tcp.close();
      throw new SocketTimeoutException(where(tcp) + ": TLS took too long");
    } catch (IOException e) {
      tcp.close();
      throw e;
    }
  }

  private static String where(Socket tcp) {
    return tcp.getInetAddress().getHostAddress() + ":" + tcp.getPort();
  }

  static void limitReads(Socket tcp, long deadline) throws IOException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    tcp.setSoTimeout((int) Math.max(1, millis));
  }

  private static SSLParameters parameters(@Nullable String sni, PinPolicy policy, String[] groups) {
    var parameters = new SSLParameters(CIPHER_SUITES, PROTOCOLS);
    parameters.setNamedGroups(groups);
    parameters.setServerNames(sni == null ? List.of() : List.of(new SNIHostName(withoutDot(sni))));
    if (policy instanceof PinPolicy.PublicRoots) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    return parameters;
  }

  static String withoutDot(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  static SSLContext context(PinPolicy policy) {
    try {
      var context = SSLContext.getInstance("TLS");
      boolean roots = policy instanceof PinPolicy.PublicRoots;
      context.init(null, roots ? null : new TrustManager[] {new TrustPolicy(policy)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }

  /// Loads and warms what the first handshake needs, on this thread and on one more. Call it on a
  /// thread of its own at the very start; a handshake that begins meanwhile is slower, not wrong.
  public static void preload() {
    Thread.ofPlatform().daemon().name("tls-warm-up").start(TlsWarmUp::verification);
    TlsWarmUp.firstMessage();
  }

  static SSLParameters firstParameters(@Nullable String sni, PinPolicy policy) {
    return parameters(sni, policy, FIRST_GROUPS);
  }
}
