package dev.adit.net.udp;

import dev.adit.net.linux.UdpSocket;
import dev.adit.net.linux.UdpTransfer;
import java.io.IOException;

/// E(p), the loopback endpoint of one peer (nat-traversal R-LO-1): WireGuard sends to it what the
/// peer shall get, and takes from it what the peer sent. Bound to 127.0.0.1 and connected to
/// WireGuard's port, so that the kernel drops what other local users might send.
///
/// Made by [UdpLoop#openLoopback]; afterwards confined to the loop's thread.
public final class LoopbackEndpoint {
  final UdpSocket socket;
  private final UdpTransfer transfer;
  private final Object owner;
  private boolean connected;

  private LoopbackEndpoint(UdpSocket socket, UdpTransfer transfer, Object owner) {
    this.socket = socket;
    this.transfer = transfer;
    this.owner = owner;
  }

  /// @throws java.net.BindException if the port is taken
  static LoopbackEndpoint bind(int port, UdpTransfer transfer, Object owner) throws IOException {
    return new LoopbackEndpoint(UdpSocket.bindLoopback(port), transfer, owner);
  }

  /// The port of 127.0.0.1 that WireGuard knows as this peer's.
  public int port() {
    return socket.port();
  }

  /// What the owner gave when it was opened: its peer.
  public Object owner() {
    return owner;
  }

  /// From now on only WireGuard at `wireGuardPort` is heard and spoken to.
  public void connect(int wireGuardPort) throws IOException {
    transfer.flush();
    socket.connectLoopback(wireGuardPort);
    while (transfer.receive(socket) >= 0) {
      // Anybody may have sent what came before.
    }
    connected = true;
  }

  /// Hands a datagram to WireGuard as if the peer had sent it from here, at the latest when the
  /// loop ends its round. Dropped while WireGuard's port is closed or its buffer full.
  void inject(byte[] packet, int offset, int length) {
    if (connected) {
      transfer.send(socket, null, packet, offset, length);
    }
  }

  /// As [UdpTransfer#receive], but what comes before it is connected is nobody's.
  int receive() {
    int bytes = transfer.receive(socket);
    return connected ? bytes : Math.min(bytes, 0);
  }
}
