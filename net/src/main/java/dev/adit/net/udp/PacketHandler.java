package dev.adit.net.udp;

import dev.adit.wire.Endpoint;

/// Decides about packets; called on the loop's thread only. Buffers are the loop's: `length` bytes
/// from `offset` on are the packet, and valid during the call.
public interface PacketHandler {
  /// WireGuard sent a datagram to a loopback endpoint.
  void fromWireGuard(LoopbackEndpoint endpoint, byte[] packet, int offset, int length, long now);

  /// A datagram came from the network to one of the outside sockets.
  void fromOutside(Endpoint source, byte[] packet, int offset, int length, long now);

  /// All packets of this round were handed over, and the time is `now`: run what is due.
  ///
  /// @return when to be called again at the latest, in the loop's nanoseconds; `Long.MAX_VALUE` for
  ///   never
  long roundEnded(long now);
}
