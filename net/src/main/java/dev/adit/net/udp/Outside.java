package dev.adit.net.udp;

import dev.adit.wire.Endpoint;

/// Where the loop's datagrams leave to the network. Sends, or drops when there is no room, no
/// route, or the path is known not to carry so much; nothing is ever fragmented, or a probe of full
/// size would prove nothing about the path (nat-traversal R-PROBE-7).
///
/// Confined to the loop's thread, but for [#unsent] and [#port].
interface Outside {
  void send(Endpoint to, byte[] packet, int offset, int length);

  /// As [#send], marked as probes are (R-PROBE-9).
  void sendProbe(Endpoint to, byte[] probe);

  /// Datagrams dropped here.
  long unsent();

  int port();

  void close();
}
