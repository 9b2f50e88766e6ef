package dev.adit.agent;

import static java.util.Objects.requireNonNull;

import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Not for production: stands where WireGuard does and begins a handshake with every peer, which
/// nobody answers: for the training, which may have no right to make an interface, and for tests.
public final class FakeTunnel implements Tunnel {
  private static final int INITIATION_BYTES = 148;

  private @Nullable DatagramSocket socket;

  @Override
  public int open(int port) throws IOException {
    socket = new DatagramSocket(port, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    return socket.getLocalPort();
  }

  @Override
  public void apply(Wanted wanted) throws IOException {
    byte[] initiation = new byte[INITIATION_BYTES];
    initiation[0] = 1;
    for (Peer peer : wanted.peers()) {
      requireNonNull(socket)
          .send(
              new DatagramPacket(
                  initiation,
                  initiation.length,
                  InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                  peer.loopbackPort()));
    }
  }

  @Override
  public void forgetPeer(PublicKey key) {}

  @Override
  public void moveEndpoint(PublicKey key, Endpoint endpoint) {}

  @Override
  public void routeMtu(PublicKey key, int mtu) {}

  @Override
  public List<WireGuardReading> read() {
    return List.of();
  }

  @Override
  public boolean movesEndpoints() {
    return true;
  }

  @Override
  public String wireGuard() {
    return "";
  }

  @Override
  public boolean isGone() {
    return false;
  }

  @Override
  public void greet(PublicKey key) {}

  @Override
  public void close() {
    if (socket != null) {
      socket.close();
    }
  }
}
