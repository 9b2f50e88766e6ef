package dev.adit.agent;

import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// WireGuard's interface of one network, as the agent sees it. Confined to one thread, the tunnel
/// thread; its calls block for milliseconds.
public interface Tunnel extends AutoCloseable {
  /// One peer as WireGuard shall know it: packets to `addresses` go to 127.0.0.1:`loopbackPort`.
  record Peer(PublicKey key, int loopbackPort, List<IpAddress> addresses) {}

  /// What the interface shall be like.
  ///
  /// @param ranges of the network; each address is given the length of the range it lies in
  /// @param up false: the interface is there, but takes no packets
  record Wanted(List<Peer> peers, List<IpAddress> addresses, List<Prefix> ranges, boolean up) {
    /// The prefix length of one of the interface's addresses.
    int length(IpAddress address) {
      for (Prefix range : ranges) {
        if (range.contains(address)) {
          return range.length();
        }
      }
      return Prefix.host(address).length();
    }
  }

  /// Makes a tunnel that is not open yet.
  @FunctionalInterface
  interface Maker {
    /// @param ended runs, on another thread, when the program behind the interface ended by itself
    Tunnel make(AgentConfig config, PrivateKey nodeKey, Clock clock, Runnable ended);
  }

  /// Looks whether [#open] would refuse the name, without making anything.
  ///
  /// @throws IOException if the interface's name belongs to another program
  default void check() throws IOException {}

  /// Makes the interface, or takes over the one a killed agent left.
  ///
  /// @param port WireGuard's UDP port if it can be, and then endpoints on other machines that peers
  ///   have already are left as they are (native mode); 0 for any
  /// @return WireGuard's UDP port
  /// @throws IOException if the name belongs to another program, or the interface cannot be made
  int open(int port) throws IOException;

  /// Makes the interface as wanted; only what differs is touched, so sessions go on.
  void apply(Wanted wanted) throws IOException;

  /// A peer whose addresses or loopback port changed is told again at the next [#apply].
  void forgetPeer(PublicKey key);

  /// Moves the endpoint of a peer; nothing happens to one that WireGuard does not have.
  void moveEndpoint(PublicKey key, Endpoint endpoint) throws IOException;

  /// Has WireGuard's messages from there dropped, for ten seconds, if the kernel can.
  ///
  /// @param source null: none of this peer any more
  default void pin(PublicKey key, @Nullable Endpoint source) throws IOException {}

  /// Has the routes to a peer's addresses allow packets of so many bytes; also to one that comes
  /// later, until it is told otherwise.
  ///
  /// @param mtu of IP packets, as [dev.adit.core.path.TunnelMtu]
  void routeMtu(PublicKey key, int mtu) throws IOException;

  /// All peers that WireGuard has.
  List<WireGuardReading> read() throws IOException;

  /// Whether the interface was made and has disappeared since.
  boolean isGone();

  /// Has WireGuard send something to a peer, which takes a handshake if there is no session.
  void greet(PublicKey key) throws IOException;

  /// What drives the interface, such as `kernel` or `wireguard-go 0.0.20220316`; empty before it is
  /// there. Any thread.
  String wireGuard();

  /// Whether WireGuard moves a peer's endpoint without a new handshake, which native mode needs;
  /// known when the tunnel is open. Any thread.
  boolean movesEndpoints();

  /// Lets go of the interface, which stays as it is: for a program that hosts it for another one.
  default void leave() {}

  /// Removes the interface.
  @Override
  void close();
}
