package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.agent.DataMode;
import dev.adit.cli.lab.Outcome;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardState;
import dev.adit.net.linux.WireGuardUapi;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A peer that goes on sending directly after both ends have left the path (nat-traversal R-DP-6):
/// somebody on its machine moves its WireGuard's endpoint to our address twenty times a second.
class PinnedSourceTest {
  private static final String AGENT = "dev.adit.cli.node.StartedAgent";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String TABLE = "adit_pin_adit0";
  private static final Pattern DROPPED = Pattern.compile("counter packets (\\d+)");

  /// Between the sites probes are lost, WireGuard's messages are not.
  private static final String LOSE_PROBES =
      "table inet noprobes { chain c { type filter hook forward priority 0;"
          + " meta l4proto udp @th,64,32 0xf5616470 drop; }; }";

  @LabScenario("demoted-source-pinned")
  void itsDataIsDroppedWhileItGoesOnAndNothingStaysBehind() throws Exception {
    try (World world = World.joinedIn(DataMode.NATIVE, "portcone+v4", "portcone+v4");
        var pings = new PingStream(world.lab, "r", world.address("l"), 0.05);
        WireGuardUapi left = world.wireGuard("l");
        WireGuardUapi right = world.wireGuard("r")) {
      World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
      Endpoint source = endpoint(left);
      Endpoint direct = endpoint(right);
      String _ = world.nft("inet", "add " + LOSE_PROBES);
      try (var _ = new Stubborn(right, direct)) {
        World.await(PATIENCE, "the source is pinned", () -> world.agentLog("l").contains("pinned"));
        int flips = flips(left, Duration.ofSeconds(15));
        long dropped = dropped(world);
        System.out.printf("pinned for 15 s: %d flips, %d packets dropped%n", flips, dropped);
        assertThat(flips).isZero();
        assertThat(dropped).isPositive();

        String _ = world.nft("l", "delete table inet " + TABLE);
        int without = flips(left, Duration.ofSeconds(1));
        World.await(PATIENCE, "it is pinned anew", () -> dropped(world) > 0);
        int with = flips(left, Duration.ofSeconds(5));
        System.out.printf("its table deleted: %d flips, then %d%n", without, with);
        assertThat(without).isPositive();
        assertThat(with).isZero();

        int before = pings.answers();
        String _ = world.nft("inet", "delete table inet noprobes");
        World.await(PATIENCE, "probes have passed", () -> world.path("l").equals("direct"));
        World.await(PATIENCE, "data passes", () -> pings.answers() > before + 20);
        assertThat(elements(world)).doesNotContain("elements");
        World.await(PATIENCE, "WireGuard sends by itself", () -> endpoint(left).equals(source));
        String _ = world.nft("inet", "add " + LOSE_PROBES);
        World.await(PATIENCE, "it is pinned again", () -> dropped(world) > 0);
      }
      World.await(PATIENCE, "it obeys, and is forgotten", () -> dropped(world) < 0);

      try (var _ = new Stubborn(right, direct)) {
        World.await(PATIENCE, "it is pinned a last time", () -> dropped(world) > 0);
        world.kill("l", AGENT);
        assertThat(elements(world)).contains("elements");
        World.await(PATIENCE, "the kernel forgets by itself", () -> dropped(world) < 0);
      }
      Outcome up = world.adit("l", "up", "--mode=native");
      assertThat(up.status()).as(() -> up.output() + world.agentLog("l")).isZero();
      assertThat(world.nft("l", "list tables")).doesNotContain("adit");
      try (var _ = new Stubborn(right, direct)) {
        World.await(PATIENCE, "it is pinned by the next agent", () -> dropped(world) > 0);
        assertThat(world.adit("l", "down").status()).isZero();
      }
      assertThat(world.nft("l", "list tables")).doesNotContain("adit");
    }
  }

  /// The helper has the table; what its agent's peers send is counted there, and told to the agent.
  @LabScenario("helper-source-pinned")
  void aHelperDropsItForItsAgent() throws Exception {
    try (World world = HelperScenariosTest.joined();
        var _ = new PingStream(world.lab, "r", world.address("l"), 0.05);
        WireGuardUapi left = world.wireGuard("l");
        WireGuardUapi right = world.wireGuard("r")) {
      World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
      Endpoint direct = endpoint(right);
      String _ = world.nft("inet", "add " + LOSE_PROBES);
      try (var _ = new Stubborn(right, direct)) {
        World.await(PATIENCE, "the source is pinned", () -> dropped(world) > 0);
        int flips = flips(left, Duration.ofSeconds(15)); // longer than it lasts without its agent
        System.out.printf("helper mode, pinned for 15 s: %d flips%n", flips);
        assertThat(flips).isZero();
        assertThat(dropped(world)).isPositive();
      }
      World.await(PATIENCE, "it obeys, and is forgotten", () -> dropped(world) < 0);
      assertThat(OrdinaryUser.adit(world, "l", "down").status()).isZero();
      assertThat(world.nft("l", "list tables")).doesNotContain("adit");
    }
  }

  /// How often the endpoint was seen to leave E(p).
  private static int flips(WireGuardUapi device, Duration time) {
    int flips = 0;
    boolean wasLoopback = true;
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      boolean isLoopback = endpoint(device).address().isLoopback();
      flips += wasLoopback && !isLoopback ? 1 : 0;
      wasLoopback = isLoopback;
      LockSupport.parkNanos(10_000_000);
    }
    return flips;
  }

  /// Packets of the pinned source; −1 if none is pinned.
  private static long dropped(World world) {
    Matcher counter = DROPPED.matcher(elements(world));
    return counter.find() ? Long.parseLong(counter.group(1)) : -1;
  }

  private static String elements(World world) {
    try {
      return world.nft("l", "list tables").contains(TABLE)
          ? world.nft("l", "list set inet " + TABLE + " pinned4")
          : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Endpoint endpoint(WireGuardUapi device) {
    return NativeScenariosTest.endpoint(device);
  }

  /// Moves WireGuard's endpoint of the only peer there, again and again.
  private static final class Stubborn implements AutoCloseable {
    private final Thread thread;
    private volatile boolean ends;

    Stubborn(WireGuardUapi device, Endpoint to) throws IOException {
      WireGuardState.Peer peer = device.read().peers().getFirst();
      thread =
          Thread.ofVirtual()
              .start(() -> {
                while (!ends) {
                  try {
                    device.apply(new WireGuardChange().endpoint(peer.key(), to));
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                  LockSupport.parkNanos(50_000_000);
                }
              });
    }

    @Override
    public void close() {
      ends = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
