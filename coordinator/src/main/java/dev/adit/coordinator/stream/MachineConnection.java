package dev.adit.coordinator.stream;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A machine's connection as the hub sees it. Thread-safe; sending never blocks, and after the end
/// does nothing.
interface MachineConnection {
  PublicKey machine();

  /// Where it comes from.
  IpAddress address();

  /// A fatal failure and `superseded` also end the connection.
  void send(FromCoordinator message);

  /// Sends a message that was encoded once for many.
  void sendEncoded(List<byte[]> encoded);

  /// Sends a message that is still being encoded; what is sent later comes behind it.
  void sendWhenEncoded(CompletableFuture<List<byte[]>> encoded);

  /// The machine has a node.
  void nodeKnown();
}
