package dev.adit.net.certificates;

import dev.adit.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// Which certificate a client gets. Asked at every handshake, on the connection's event loop: what
/// is chosen may change at any time, and must not be waited for. Thread-safe.
@FunctionalInterface
public interface Certificates {
  /// @param serverName what the client asked for, in lower case; null if it named nothing, as
  ///   clients that connect by address do. They too are to be served (derp §15.1)
  /// @param local the address at which it arrived
  TlsIdentity choose(@Nullable String serverName, IpAddress local);

  /// What proves to an ACME server, which asks for `acme-tls/1`, that this server has that name
  /// (RFC 8737); null if no order of ours waits for it.
  default @Nullable TlsIdentity challenge(String serverName) {
    return null;
  }

  /// Always the same.
  static Certificates always(TlsIdentity identity) {
    return (name, local) -> identity;
  }
}
