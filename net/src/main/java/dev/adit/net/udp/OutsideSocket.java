package dev.adit.net.udp;

import dev.adit.net.linux.ErrnoException;
import dev.adit.net.linux.UdpSocket;
import dev.adit.net.linux.UdpTransfer;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The agent's own port towards the network: one socket for each address family. Confined to the
/// loop's thread.
final class OutsideSocket implements Outside {
  /// DSCP AF41, by which no network card joins a probe with WireGuard's packets (R-PROBE-9).
  private static final int PROBE_CLASS = 0x88;

  /// Ports that are tried until one is free in both families.
  private static final int TRIES = 16;

  private final UdpTransfer transfer;
  private final UdpSocket v4;
  private final @Nullable UdpSocket v6; // null where IPv6 is switched off
  private final LongAdder unreachable = new LongAdder(); // IPv6 where there is none

  private OutsideSocket(UdpTransfer transfer, UdpSocket v4, @Nullable UdpSocket v6) {
    this.transfer = transfer;
    this.v4 = v4;
    this.v6 = v6;
  }

  /// @param port 0 for any
  /// @throws BindException if the port is taken
  static OutsideSocket bind(int port, UdpTransfer transfer) throws IOException {
    for (int i = 1; ; i++) {
      UdpSocket v4 = UdpSocket.bind(true, port);
      try {
        return new OutsideSocket(transfer, v4, bindV6(v4.port()));
      } catch (BindException e) {
        v4.close();
        if (port != 0 || i == TRIES) {
          throw e;
        }
      } catch (IOException e) {
        v4.close();
        throw e;
      }
    }
  }

  private static @Nullable UdpSocket bindV6(int port) throws IOException {
    try {
      return UdpSocket.bind(false, port);
    } catch (ErrnoException e) {
      if (e.errno() == ErrnoException.EAFNOSUPPORT) {
        return null;
      }
      throw e;
    }
  }

  /// Of both families, or one.
  List<UdpSocket> sockets() {
    return v6 == null ? List.of(v4) : List.of(v4, v6);
  }

  @Override
  public int port() {
    return v4.port();
  }

  @Override
  public boolean send(Endpoint to, byte[] packet, int offset, int length) {
    UdpSocket socket = to.address().isV4() ? v4 : v6;
    if (socket == null) {
      unreachable.increment();
    } else {
      transfer.send(socket, to, packet, offset, length);
    }
    return true;
  }

  @Override
  public void sendProbe(Endpoint to, byte[] probe) {
    UdpSocket socket = to.address().isV4() ? v4 : v6;
    if (socket == null) {
      unreachable.increment();
    } else {
      transfer.sendMarked(socket, to, probe, PROBE_CLASS);
    }
  }

  @Override
  public long unsent() {
    return unreachable.sum() + v4.unsent() + (v6 == null ? 0 : v6.unsent());
  }

  @Override
  public void close() {
    sockets().forEach(UdpSocket::close);
  }
}
