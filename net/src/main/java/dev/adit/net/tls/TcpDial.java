package dev.adit.net.tls;

import java.io.IOException;
import java.net.Socket;

/// A way to a server: directly, by the fastest of its addresses, or through a proxy. May be gone
/// more than once.
@FunctionalInterface
public interface TcpDial {
  /// A connected socket, on which TLS or HTTP begins.
  ///
  /// @param deadline of `System.nanoTime`
  Socket open(long deadline) throws IOException;
}
