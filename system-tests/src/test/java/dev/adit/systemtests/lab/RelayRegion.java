package dev.adit.systemtests.lab;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.crypto.Hash;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Two `adit relay` that have joined the lab's coordinator and are a mesh, both on the server's
/// second IPv4 address: `one` and `two`.
final class RelayRegion {
  static final List<String> NAMES = List.of("one", "two");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int FIRST_PORT = 443;
  private static final String LINKED = "mesh_link_up";

  private final World world;
  private final String pin;
  private final Map<String, Process> running = new HashMap<>();
  private final Map<String, Integer> starts = new HashMap<>();

  private RelayRegion(World world, String pin) {
    this.world = world;
    this.pin = pin;
  }

  /// Both relays, linked; the server runs without one of its own.
  static RelayRegion start(World world) throws IOException {
    Path folder = world.lab.lib("srv");
    var random = new SecureRandom();
    var made =
        SelfSigned.create(
            random, Clock.SYSTEM.wall(), List.of(), List.of(world.lab.address("SRV4B")));
    Files.writeString(folder.resolve("relay.crt"), made.certificatePem());
    Files.writeString(folder.resolve("relay.key"), made.privateKeyPem());
    byte[] shared = new byte[32];
    random.nextBytes(shared);
    Files.writeString(folder.resolve("mesh.key"), HexFormat.of().formatHex(shared));
    Outcome key = world.adit("srv", "key", "create", "--kind=relay", "--uses=2", "--out=-");
    assertThat(key.status()).as(key.output()).isZero();
    var region = new RelayRegion(world, HexFormat.of().formatHex(Hash.sha256(made.certificate())));
    for (String name : NAMES) {
      region.start(name, "--join=" + key.output().strip());
    }
    region.awaitLinked();
    return region;
  }

  /// Starts a relay that was ended; both are linked again afterwards.
  void startAgain(String name) throws IOException {
    start(name);
    awaitLinked();
  }

  private void start(String name, String... more) throws IOException {
    List<String> options = new ArrayList<>(List.of("relay"));
    options.addAll(
        List.of(
            "--name=" + name,
            "--state-dir=/var/lib/adit-" + name,
            "--run-dir=/run/adit-" + name,
            "--listen=" + at(name),
            "--stun=" + world.lab.address("SRV4B") + ":" + (3478 + NAMES.indexOf(name)),
            "--address=" + world.lab.address("SRV4B"),
            "--cert=/var/lib/relay.crt",
            "--cert-key=/var/lib/relay.key",
            "--mesh-key-file=/var/lib/mesh.key",
            "--mesh-with=" + at(other(name)) + "=sha256-raw:" + pin));
    options.addAll(List.of(more));
    starts.merge(name, 1, Integer::sum);
    running.put(name, world.start("srv", log(name), options.toArray(String[]::new)));
    World.await(
        PATIENCE, () -> name + " relays: " + said(name), () -> said(name).contains("relaying on "));
  }

  /// One log for each life.
  private String log(String name) {
    return "relay-" + name + "-" + starts.get(name);
  }

  private String at(String name) {
    return world.lab.address("SRV4B") + ":" + (FIRST_PORT + NAMES.indexOf(name));
  }

  static String other(String name) {
    return NAMES.get(1 - NAMES.indexOf(name));
  }

  private String said(String name) {
    try {
      return Files.readString(world.log(log(name)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Each is linked to the other, and hears from the coordinator of new nodes.
  private void awaitLinked() {
    for (String name : NAMES) {
      World.await(PATIENCE, name + " is linked to " + other(name), () -> isLinked(name));
    }
  }

  private boolean isLinked(String name) {
    String said = said(name);
    int up = said.lastIndexOf(LINKED);
    return up >= 0
        && up > said.lastIndexOf("mesh_link_down")
        && said.contains("relay_coordinator_connected");
  }

  /// Ends a relay as an operator would, by SIGTERM, and waits until it has gone.
  void drain(String name) throws InterruptedException {
    Process process = requireNonNull(running.get(name));
    process.destroy();
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as(name + " has ended")
        .isTrue();
    World.await(
        PATIENCE,
        other(name) + " has noticed",
        () ->
            said(other(name)).lastIndexOf("mesh_link_down")
                > said(other(name)).lastIndexOf(LINKED));
  }
}
