package dev.adit.net.linux;

import dev.adit.wire.Endpoint;
import java.io.IOException;

/// Sends and hears at the UDP port that WireGuard has bound, beside it (nat-traversal §5.2): with
/// raw sockets of this process ([SharedPort]), or by a program that has them.
///
/// Sending is confined to one thread; receiving has a thread of its own, or is the sender's.
public interface PortSharer extends AutoCloseable {
  /// Hears what comes; on the port's thread if it has one. Should hand over and return.
  interface Listener {
    /// @param payload the listener's from now on; longer than what was sent where the kernel has
    ///   joined it with what came behind it
    void received(Endpoint source, byte[] payload);
  }

  /// From now on `hears` hears what comes. Once.
  void start(Listener hears);

  /// Instead of [#start], once: `hears` hears what comes on the sender's thread, which calls
  /// [#receive] whenever one of these descriptors can be read. Spares a thread, and a change of
  /// threads for every datagram.
  ///
  /// @return empty if that cannot be; then nothing was done
  default int[] attend(Listener hears) {
    return new int[0];
  }

  /// Hands over some of what waits at one of those descriptors.
  default void receive(int descriptor) {}

  /// Datagrams that came faster than they were taken by [#receive], as of its last call that left
  /// some. Any thread.
  default long unheard() {
    return 0;
  }

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
  /// relies on it (R-RAW-8). Takes at most 100 ms; after [#start], or [#attend] and on the sender's
  /// thread.
  boolean hears();

  /// Ends the thread, then frees what is used. Not on the port's thread, and not while the sender's
  /// sends.
  @Override
  void close();
}
