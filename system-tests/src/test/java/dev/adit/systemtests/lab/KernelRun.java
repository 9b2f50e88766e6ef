package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Paths on the kernel's own WireGuard. Run inside the virtual machine of `bin/kernel-vm`, whose
/// processor is emulated: what happens is looked at, not how soon. Prints the name of each scenario
/// that has passed.
public final class KernelRun {
  private static final String AGENT = "dev.adit.cli.node.StartedAgent";
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final World world;

  private KernelRun(World world) {
    this.world = world;
  }

  public static void main(String[] arguments) throws Exception {
    try (World world = World.joined("portcone+v4", "portcone+v4")) {
      var run = new KernelRun(world);
      run.usesTheKernel();
      run.upgrade();
      run.demotion();
      run.endpointMoved();
      run.endpointSet();
      run.agentKilled();
      run.linkDeleted();
      run.down();
      run.mux();
    }
    KernelDevices.run();
    passed("kernel-devices");
    System.exit(0);
  }

  private static void passed(String scenario) {
    System.out.println("passed " + scenario);
  }

  private void usesTheKernel() throws IOException {
    for (String host : List.of("l", "r")) {
      assertThat(world.data(host, "mode"))
          .as(world.adit(host, "status").output())
          .isEqualTo("native");
      assertThat(world.data(host, "wireGuard")).isEqualTo("kernel");
      assertThat(world.processes(host, "wireguard-go")).isEmpty();
      assertThat(ip(host, "-d", "link", "show", "adit0")).contains("wireguard");
    }
    passed("kernel-chosen");
  }

  /// From the relay to WireGuard's own packets, and no ping is lost.
  private void upgrade() throws Exception {
    world.lab.turn("l", "block-peer");
    try (var wake = new PingStream(world.lab, "l", world.address("r"), 0.5)) {
      World.await(PATIENCE, "pings by the relay", () -> wake.answers() > 5);
      assertThat(world.bothSay("derp")).isTrue();
    }
    try (var pings = pings("600")) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 50);
      world.lab.turn("l", "unblock-peer");
      World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
      pings.awaitEnd();
      assertThat(pings.lost()).isEmpty();
    }
    passed("kernel-upgrade");
  }

  /// To the relay when one way is blocked, and back.
  private void demotion() throws IOException {
    demote("WireGuard sends by itself again", world::bothAreNative);
    passed("kernel-demotion");
  }

  private void demote(String what, BooleanSupplier isBack) throws IOException {
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 5);
      world.lab.turn("r", "block-oneway");
      World.await(PATIENCE, "both use the relay", () -> world.bothSay("derp"));
      int relayed = pings.answers();
      World.await(PATIENCE, "pings by the relay", () -> pings.answers() > relayed + 20);
      world.lab.turn("r", "unblock-oneway");
      World.await(PATIENCE, what, isBack);
      int direct = pings.answers();
      World.await(PATIENCE, "direct pings", () -> pings.answers() > direct + 20);
    }
  }

  /// Another program changes our device.
  private void endpointMoved() throws IOException {
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
      String right = endpoint();
      Outcome moved = device("192.0.2.200:9");
      assertThat(moved.status()).as(moved.output()).isZero();
      World.await(PATIENCE, "WireGuard is brought back", () -> right.equals(endpoint()));
      int before = pings.answers();
      World.await(PATIENCE, "pings", () -> pings.answers() > before + 20);
    }
    passed("kernel-endpoint-moved");
  }

  /// linux-wireguard-control L-7: who sets an endpoint disturbs no session.
  private void endpointSet() throws Exception {
    String right = endpoint();
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.05)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 20);
      Outcome set = device(right, "1000");
      assertThat(set.status()).as(set.output()).isZero();
      int meanwhile = pings.answers();
      World.await(PATIENCE, "pings afterwards", () -> pings.answers() > meanwhile + 20);
      assertThat(pings.lost()).isEmpty();
    }
    passed("kernel-endpoint-set");
  }

  /// The interface stays, WireGuard goes on, and the next agent takes over.
  private void agentKilled() throws Exception {
    String index = index("r");
    try (var pings = pings("300")) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 20);
      world.kill("r", AGENT);
      Outcome up = world.adit("r", "up");
      assertThat(up.status()).as(() -> up.output() + world.agentLog("r")).isZero();
      pings.awaitEnd();
      assertThat(pings.lost()).isEmpty();
    }
    assertThat(index("r")).isEqualTo(index);
    World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
    passed("kernel-agent-killed");
  }

  /// Somebody deletes the interface: it is made anew.
  private void linkDeleted() throws IOException {
    String index = index("r");
    var _ = ip("r", "link", "delete", "adit0");
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.2)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 20);
    }
    assertThat(index("r")).isNotEqualTo(index);
    passed("kernel-link-deleted");
  }

  private void down() throws IOException {
    Outcome down = world.adit("r", "down");
    assertThat(down.status()).as(down.output()).isZero();
    assertThat(ip("r", "-br", "link")).doesNotContain("adit0");
    passed("kernel-down");
  }

  /// The agent's own socket carries everything: to the relay, back, and after its death.
  private void mux() throws Exception {
    assertThat(world.adit("r", "up", "--mode=mux").status()).isZero();
    assertThat(world.data("r", "mode")).isEqualTo("mux");
    assertThat(world.data("r", "wireGuard")).isEqualTo("kernel");
    demote("both use the socket's path", () -> world.bothSay("direct"));
    world.kill("r", AGENT);
    assertThat(world.adit("r", "up", "--mode=mux").status()).isZero();
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 20);
      World.await(PATIENCE, "both use the socket's path", () -> world.bothSay("direct"));
    }
    assertThat(world.isNative("r")).isFalse();
    passed("kernel-mux");
  }

  private PingStream pings(String count) throws IOException {
    return new PingStream(world.lab, "l", world.address("r"), 0.05, "-c", count, "-W", "5");
  }

  private String index(String host) throws IOException {
    return ip(host, "-o", "link", "show", "adit0").split(":", 2)[0];
  }

  private String ip(String host, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", world.lab.namespace(host)));
    command.addAll(List.of(arguments));
    return Outcome.mustSucceed(command);
  }

  /// Where `l`'s WireGuard sends to.
  private String endpoint() {
    try {
      return device().output().strip();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Outcome device(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(SwarmProcess.java(KernelDevice.class));
    command.add("adit0");
    command.addAll(List.of(arguments));
    return world.lab.exec("l", command.toArray(String[]::new));
  }
}
