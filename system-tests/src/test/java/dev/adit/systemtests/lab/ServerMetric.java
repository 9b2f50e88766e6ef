package dev.adit.systemtests.lab;

import dev.adit.net.local.LocalClient;
import java.io.IOException;
import java.nio.file.Path;

/// What `adit serve` counts.
final class ServerMetric {
  private ServerMetric() {}

  /// The value of the first line that begins so.
  static long of(World world, String name) throws IOException {
    Path socket = world.lab.run("srv").resolve("adit").resolve("coordinator.sock");
    String page = World.text(LocalClient.request(socket, "GET", "/metrics", new byte[0]).body());
    return page.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name + " in\n" + page));
  }
}
