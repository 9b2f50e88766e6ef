package dev.adit.net.udp;

import dev.adit.wire.Endpoint;

/// Where the loop's datagrams leave to the network; and, where no selector tells what has come, how
/// it comes to the loop. Sends, or drops when there is no room, no route, or the path is known not
/// to carry so much; nothing is ever fragmented, or a probe of full size would prove nothing about
/// the path (nat-traversal R-PROBE-7).
///
/// Confined to the loop's thread, but for [#unsent], [#unheard] and [#port].
interface Outside {
  /// @return false if no more may be sent this way for now: it must go another way
  boolean send(Endpoint to, byte[] packet, int offset, int length);

  /// As [#send], marked as probes are (R-PROBE-9).
  void sendProbe(Endpoint to, byte[] probe);

  /// Sets going what needs a thread of its own. Once.
  ///
  /// @param heard called after each datagram, on that thread
  default void start(Runnable heard) {}

  /// Hands over what was heard on that thread; what comes meanwhile wakes the loop again.
  default void deliver(PacketHandler handler, long now) {}

  /// Addresses or routes of this machine have changed.
  default void routesChanged() {}

  /// Datagrams that were not sent.
  long unsent();

  /// Datagrams that came faster than the loop took them.
  default long unheard() {
    return 0;
  }

  int port();

  void close();
}
