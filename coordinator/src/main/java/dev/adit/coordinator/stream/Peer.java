package dev.adit.coordinator.stream;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.ControlMessage.FromCoordinator;

/// A machine's connection as the hub sees it. Thread-safe; sending never blocks, and after the end
/// does nothing.
interface Peer {
  PublicKey machine();

  /// Where it comes from.
  IpAddress address();

  /// A fatal failure and `superseded` also end the connection.
  void send(FromCoordinator message);

  /// Sends a message whose text was made once for many.
  void sendText(String json);

  /// The machine has a node.
  void nodeKnown();
}
