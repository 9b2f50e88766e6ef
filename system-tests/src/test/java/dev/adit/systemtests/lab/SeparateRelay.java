package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `adit relay` as a program of its own, on the server's second IPv4 address; at first for nobody.
///
/// The lab kills it at the end, unless [#close] came before.
final class SeparateRelay implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);
  private static final String ALLOWED = "allowed-keys";
  private static final String DESCRIBED = "relay.json";

  private final World world;
  private final Process process;

  private SeparateRelay(World world, Process process) {
    this.world = world;
    this.process = process;
  }

  static SeparateRelay start(World world) throws IOException {
    Files.createFile(world.lab.lib("srv").resolve(ALLOWED));
    List<String> options = new ArrayList<>(List.of("relay"));
    options.addAll(where(world));
    options.addAll(List.of("--allow-file", "/var/lib/" + ALLOWED));
    Process process = world.start("srv", "relay", options.toArray(String[]::new));
    World.await(
        START,
        "adit relay answers",
        () -> {
          assertThat(process.isAlive()).as(() -> "relay ended: " + world.tail("relay")).isTrue();
          return world.tail("relay").contains("relaying on ");
        });
    return new SeparateRelay(world, process);
  }

  private static List<String> where(World world) {
    String address = world.lab.address("SRV4B");
    return List.of(
        "--state-dir=/var/lib/adit-relay",
        "--name=apart",
        "--listen=" + address + ":443",
        "--stun=" + address + ":3478",
        "--address=" + address);
  }

  /// What tells `adit serve` of this relay, and leaves it its address.
  String[] serveOptions() throws IOException {
    List<String> describe = new ArrayList<>(List.of("relay", "describe", "-o", "json"));
    describe.addAll(where(world));
    Outcome described = world.adit("srv", describe.toArray(String[]::new));
    assertThat(described.status()).as(described.output()).isZero();
    Files.writeString(world.lab.lib("srv").resolve(DESCRIBED), described.output());
    return new String[] {
      "--no-derp",
      "--relay-file=/var/lib/" + DESCRIBED,
      "--listen=" + world.lab.address("SRV4") + ":443"
    };
  }

  /// Writes the keys of all nodes into the relay's allow list, as an operator would.
  void allowAllNodes() throws IOException {
    Outcome keys = world.adit("srv", "node", "list", "--keys");
    assertThat(keys.status()).as(keys.output()).isZero();
    Path file = world.lab.lib("srv").resolve(ALLOWED);
    Path fresh = Files.writeString(file.resolveSibling(ALLOWED + ".new"), keys.output());
    var _ = Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() {
    World.end(process);
  }
}
