package dev.adit.net.linux;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.function.IntFunction;

/// A WireGuard device of the kernel, by generic netlink (linux-wireguard-control §3). Needs
/// CAP_NET_ADMIN, for reading, too. Confined to one thread.
///
/// A change is atomic only within one request of at most 16 KiB: some 100 peers, or 300 allowed
/// IPs.
public final class WireGuardNetlink implements WireGuardDevice {
  private static final int FAMILY_ID = 1;

  private final String name;
  private final NetlinkSocket socket;
  private final int family;

  private WireGuardNetlink(String name, NetlinkSocket socket, int family) {
    this.name = name;
    this.socket = socket;
    this.family = family;
  }

  /// The device of an interface; whether it is there is seen when it is read or changed.
  ///
  /// @throws ErrnoException with ENOENT if the kernel has no WireGuard
  public static WireGuardNetlink open(String name) throws IOException {
    var socket = new NetlinkSocket(NetlinkSocket.GENERIC, 0);
    try {
      return new WireGuardNetlink(name, socket, family(socket));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static int family(NetlinkSocket socket) throws IOException {
    for (NetlinkMessage answer :
        socket.query("cannot find the kernel's WireGuard", WireGuardMessages::family)) {
      byte[] id = answer.attribute(WireGuardMessages.GENERIC_HEADER, FAMILY_ID);
      if (id != null && id.length == 2) {
        return id[0] & 0xff | (id[1] & 0xff) << 8;
      }
    }
    throw new IOException("cannot find the kernel's WireGuard: its family has no number");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public WireGuardState read() throws IOException {
    return KernelReading.of(
        socket.query(
            "cannot read " + name, sequence -> WireGuardMessages.read(sequence, family, name)));
  }

  @Override
  public void apply(WireGuardChange change) throws IOException {
    if (change.isEmpty()) {
      return;
    }
    List<IntFunction<byte[]>> requests = WireGuardMessages.change(family, name, change);
    for (IntFunction<byte[]> request : requests) {
      try {
        socket.execute("cannot change " + name, request.apply(socket.nextSequence()));
      } catch (ErrnoException e) {
        if (e.errno() == ErrnoException.EADDRINUSE) {
          throw new BindException(name + ": WireGuard's port is in use");
        }
        throw e;
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
