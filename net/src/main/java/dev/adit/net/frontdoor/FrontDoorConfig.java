package dev.adit.net.frontdoor;

import dev.adit.crypto.CryptoException;
import dev.adit.net.certificates.Certificates;
import dev.adit.net.certificates.RelayMeta;
import dev.adit.net.certificates.TlsIdentity;
import dev.adit.wire.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the front door listens, and what it puts up with.
///
/// @param listen where; `[::]` takes IPv4 too; port 0 lets the kernel choose
/// @param tls its certificates, or null for plain TCP: tests, or behind a proxy that ends TLS
/// @param threads event loops
/// @param maxConnections at once, whatever they do; more are closed at once
/// @param maxUnprovenPerAddress at once from one IPv4 address or IPv6 /64, of peers that have not
///   proven who they are; generous, because whole companies sit behind one address
/// @param requestSeconds from the first byte, or from the last answer, until TLS and the next
///   request are complete
/// @param options what an operator may change
public record FrontDoorConfig(
    List<Endpoint> listen,
    @Nullable Tls tls,
    int threads,
    int maxConnections,
    int maxUnprovenPerAddress,
    int requestSeconds,
    DoorOptions options) {
  public static final int DEFAULT_MAX_CONNECTIONS = 65_536;
  public static final int DEFAULT_MAX_UNPROVEN_PER_ADDRESS = 1024;
  public static final int DEFAULT_REQUEST_SECONDS = 30;

  public FrontDoorConfig {
    listen = List.copyOf(listen);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("front door: no address to listen on");
    }
    if (threads < 1 || maxConnections < 1 || maxUnprovenPerAddress < 1 || requestSeconds < 1) {
      throw new IllegalArgumentException("front door: limits must be at least 1");
    }
  }

  /// With the default options.
  public FrontDoorConfig(
      List<Endpoint> listen,
      @Nullable Tls tls,
      int threads,
      int maxConnections,
      int maxUnprovenPerAddress,
      int requestSeconds) {
    this(
        listen,
        tls,
        threads,
        maxConnections,
        maxUnprovenPerAddress,
        requestSeconds,
        DoorOptions.DEFAULT);
  }

  /// With other options.
  public FrontDoorConfig with(DoorOptions options) {
    return new FrontDoorConfig(
        listen, tls, threads, maxConnections, maxUnprovenPerAddress, requestSeconds, options);
  }

  /// With the defaults, and as many event loops as processors, at most 4.
  public static FrontDoorConfig of(List<Endpoint> listen, @Nullable Tls tls) {
    int threads = Math.min(4, Runtime.getRuntime().availableProcessors());
    return new FrontDoorConfig(
        listen,
        tls,
        threads,
        DEFAULT_MAX_CONNECTIONS,
        DEFAULT_MAX_UNPROVEN_PER_ADDRESS,
        DEFAULT_REQUEST_SECONDS);
  }

  /// @param certificates asked at each handshake
  /// @param meta of the relay behind this door; null for none
  public record Tls(Certificates certificates, @Nullable RelayMeta meta) {
    /// One certificate for all, and no relay that could be told of.
    ///
    /// @param privateKeyPem PKCS#8
    /// @param certificatesPem the server's first, then those that lead to a root
    /// @throws IllegalArgumentException if they cannot be used, or not together
    public Tls(String privateKeyPem, String certificatesPem) {
      this(Certificates.always(identity(privateKeyPem, certificatesPem)), null);
    }

    private static TlsIdentity identity(String privateKeyPem, String certificatesPem) {
      try {
        return TlsIdentity.parse(privateKeyPem, certificatesPem);
      } catch (CryptoException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
  }
}
