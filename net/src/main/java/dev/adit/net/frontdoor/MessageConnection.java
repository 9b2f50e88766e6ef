package dev.adit.net.frontdoor;

import dev.adit.wire.Endpoint;

/// A WebSocket (RFC 6455) at the server, seen as binary messages.
///
/// [#send] and [#close] may be called by any thread. What the [Listener] hears comes on the
/// connection's event loop, one call at a time; it must not block there.
public interface MessageConnection {
  Endpoint remote();

  /// Sends one binary message; the array is handed over.
  void send(byte[] message);

  /// Bytes sent but not yet taken by the kernel; a slow reader shows here.
  long waitingBytes();

  /// Sends a close frame and ends the connection after what was sent before.
  void close(int code);

  /// Tells that the peer has proven who it is: the connection no longer counts against what one
  /// address may open.
  default void peerProven() {}

  /// Runs `task` on this connection's event loop.
  void execute(Runnable task);

  /// Runs `task` on this connection's event loop after `delayNanos`. Ignored once closed.
  void schedule(Runnable task, long delayNanos);

  interface Listener {
    /// One whole binary message (fragments joined); the array is the listener's.
    void received(byte[] message);

    /// The last call: the connection ended, by whichever side.
    void closed();
  }

  @FunctionalInterface
  interface Acceptor {
    Listener accept(MessageConnection connection);
  }
}
