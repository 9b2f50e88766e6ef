package dev.adit.net.linux;

import dev.adit.wire.Endpoint;
import java.io.IOException;

/// Sends and hears at the UDP port that WireGuard has bound, beside it (nat-traversal §5.2): with
/// raw sockets of this process ([SharedPort]), or by a program that has them.
///
/// Sending is confined to one thread; receiving has a thread of its own.
public interface PortSharer extends AutoCloseable {
  /// Hears what comes; on the port's thread. Should hand over and return.
  interface Listener {
    /// @param payload the listener's from now on; longer than what was sent where the kernel has
    ///   joined it with what came behind it
    void received(Endpoint source, byte[] payload);
  }

  /// From now on `hears` hears what comes. Once.
  void start(Listener hears);

  int port();

  /// WireGuard has another port now. On the sender's thread.
  void changePort(int newPort) throws IOException;

  /// Addresses or routes of this machine have changed. On the sender's thread.
  void routesChanged();

  /// Sends a probe, or STUN. On the sender's thread.
  void sendProbe(Endpoint to, byte[] payload);

  /// Sends one of WireGuard's packets, which looks as if WireGuard had. On the sender's thread.
  ///
  /// @return false if no more may be sent this way for now
  boolean send(Endpoint to, byte[] payload, int offset, int length);

  /// Datagrams that were not sent: no route, no room, too big. Any thread.
  long unsent();

  /// Whether a datagram to the port on this machine is heard here: the self-test before anything
  /// relies on it (R-RAW-8). Takes at most 100 ms; after [#start].
  boolean hears();

  /// Ends the thread, then frees what is used. Not on the port's thread, and not while the sender's
  /// sends.
  @Override
  void close();
}
