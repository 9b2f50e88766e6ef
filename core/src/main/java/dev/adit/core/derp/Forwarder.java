package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;

/// This relay's own link to another relay of its region, as far as it leads to clients there (derp
/// §7.2). Whoever holds the link tells [DerpRouter#addForwarder] for each client that the other
/// relay says is present, and [DerpRouter#removeForwarder] when it is gone or the link breaks.
///
/// Two links are one if they are the same object. [ForwardQueue] is the one to use where packets
/// are written by a thread of the link's own.
@FunctionalInterface
public interface Forwarder {
  /// Passes a packet on as a ForwardPacket frame, or drops it. Called by any thread, often by a
  /// client's event loop: must not block.
  ///
  /// @param source the sender's proven key
  /// @param bytes holds the packet; not kept
  /// @param length 0 to 65,536
  void forward(
      PublicKey source,
      PublicKey destination,
      byte[] bytes,
      int offset,
      int length,
      PacketKind kind);
}
