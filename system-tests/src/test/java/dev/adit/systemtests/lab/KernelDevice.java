package dev.adit.systemtests.lab;

import dev.adit.net.linux.ErrnoException;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardDevice;
import dev.adit.net.linux.WireGuardNetlink;
import dev.adit.net.linux.WireGuardState;
import dev.adit.wire.Endpoint;
import java.io.IOException;

/// Another program that looks at the kernel's WireGuard, or changes it: `INTERFACE` prints where
/// the only peer is, `INTERFACE ENDPOINT [TIMES]` moves it.
public final class KernelDevice {
  private KernelDevice() {}

  public static void main(String[] arguments) throws IOException {
    try (WireGuardDevice device = WireGuardNetlink.open(arguments[0])) {
      WireGuardState.Peer peer = device.read().peers().getFirst();
      if (arguments.length == 1) {
        System.out.println(peer.endpoint());
      } else {
        var change = new WireGuardChange().endpoint(peer.key(), Endpoint.literal(arguments[1]));
        int times = arguments.length == 2 ? 1 : Integer.parseInt(arguments[2]);
        for (int i = 0; i < times; i++) {
          device.apply(change);
        }
      }
    } catch (ErrnoException e) {
      System.out.println(e.getMessage());
      System.exit(e.errno());
    }
  }
}
