package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardState;
import dev.adit.net.linux.WireGuardUapi;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How much of WireGuard's own speed is left: one TCP stream of iperf3 between two hosts, in native
/// mode, in mux mode, and with endpoints set by hand and no agent; always the same two processes of
/// `wireguard-go`, in turns. Run by `bench/throughput`, which says what the limits are.
public final class ThroughputRun {
  private static final String AGENT = "dev.adit.cli.node.StartedAgent";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final double SLOWEST_BASELINE = 2_000; // Mbit/s
  private static final int WARM_UP_SECONDS = 2;
  private static final Pattern RECEIVED =
      Pattern.compile("\"sum_received\":\\s*\\{[^}]*\"bits_per_second\":\\s*([0-9.e+]+)");

  private final World world;
  private final String program;
  private final int seconds;
  private final Map<Way, List<Figure>> figures = new EnumMap<>(Way.class);
  private String address = ""; // of the right host, in the tunnel
  private int streams;

  /// Who tells WireGuard where its peer is, and with which least share of the baseline.
  private enum Way {
    BY_HAND("endpoints set by hand", 0),
    NATIVE("native", 0.97),
    MUX("mux", 0.50);

    final String words;
    final double least;

    Way(String words, double least) {
      this.words = words;
      this.least = least;
    }
  }

  /// @param mbits received each second
  /// @param agents seconds of processor time that both agents took for each gigabit
  /// @param all the same for all of the machine
  private record Figure(double mbits, double agents, double all) {}

  private ThroughputRun(World world, String program, int seconds) {
    this.world = world;
    this.program = program;
    this.seconds = seconds;
  }

  /// @param arguments the `wireguard-go`, how many rounds, seconds of each stream
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[1]);
    boolean isEnough;
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      var run =
          new ThroughputRun(
              world,
              Path.of(arguments[0]).toAbsolutePath().toString(),
              Integer.parseInt(arguments[2]));
      run.up("--mode=native", world.key(), world.key());
      world.awaitPeers();
      run.address = world.address("r");
      for (int i = 0; i < rounds; i++) {
        run.round();
      }
      isEnough = run.report();
    }
    System.exit(isEnough ? 0 : 1);
  }

  /// Agents of one mode, nobody, agents of the other mode, nobody.
  private void round() throws Exception {
    up("--mode=native");
    becomeDirect(true);
    measure(Way.NATIVE);
    Endpoint left = endpoint("r");
    Endpoint right = endpoint("l");
    leave();
    measure(Way.BY_HAND);
    up("--mode=mux");
    becomeDirect(false);
    measure(Way.MUX);
    leave();
    set("l", right);
    set("r", left);
    measure(Way.BY_HAND);
  }

  private void up(String mode, String... keys) throws IOException {
    for (String host : List.of("l", "r")) {
      List<String> words = new ArrayList<>(List.of("up"));
      if (keys.length > 0) {
        words.add(keys[host.equals("l") ? 0 : 1]);
      }
      words.addAll(List.of(mode, "--wireguard-go=" + program));
      Outcome up = world.adit(host, words.toArray(String[]::new));
      assertThat(up.status()).as(() -> up.output() + world.agentLog(host)).isZero();
    }
  }

  private void becomeDirect(boolean isNative) throws IOException {
    world.becomeDirect();
    try (var _ = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(
          PATIENCE,
          "the mode's own path",
          () -> world.isNative("l") == isNative && world.isNative("r") == isNative);
      // A TCP connection stays at the segment size that it began with.
      World.await(
          PATIENCE, "full-size packets", () -> world.mtu("l") == 1420 && world.mtu("r") == 1420);
    }
  }

  /// As a crash would: WireGuard goes on with what it has.
  private void leave() throws IOException {
    world.kill("l", AGENT);
    world.kill("r", AGENT);
    World.await(PATIENCE, "the agents are gone", () -> agents().isEmpty());
  }

  private Endpoint endpoint(String host) throws IOException {
    try (WireGuardUapi device = world.wireGuard(host)) {
      return Objects.requireNonNull(device.read().peers().getFirst().endpoint(), host);
    }
  }

  private void set(String host, Endpoint endpoint) throws IOException {
    try (WireGuardUapi device = world.wireGuard(host)) {
      WireGuardState.Peer peer = device.read().peers().getFirst();
      device.apply(new WireGuardChange().endpoint(peer.key(), endpoint));
    }
  }

  private List<ProcessHandle> agents() {
    try {
      List<ProcessHandle> agents = new ArrayList<>(world.processes("l", AGENT));
      agents.addAll(world.processes("r", AGENT));
      return agents;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void measure(Way way) throws IOException {
    String log = "iperf3-" + ++streams;
    Process server =
        world.lab.start(
            "r", world.log(log), List.of("iperf3", "--server", "--one-off", "--forceflush"));
    try {
      World.await(PATIENCE, "iperf3 listens", () -> world.tail(log).contains("listening"));
      List<ProcessHandle> agents = agents();
      Duration before = cpu(agents);
      ProcessorTime machine = ProcessorTime.now();
      Outcome stream =
          world.lab.exec(
              "l",
              "iperf3",
              "--json",
              "--client",
              address,
              "--omit",
              Integer.toString(WARM_UP_SECONDS),
              "--time",
              Integer.toString(seconds));
      assertThat(stream.status()).as(stream.output()).isZero();
      ProcessorTime took = ProcessorTime.now().since(machine);
      Matcher received = RECEIVED.matcher(stream.output());
      assertThat(received.find()).as(stream.output()).isTrue();
      double mbits = Double.parseDouble(received.group(1)) / 1e6;
      // The processor times are of the whole stream, with its beginning.
      double gigabits = mbits / 1e3 * (seconds + WARM_UP_SECONDS);
      double own = cpu(agents).minus(before).toMillis() / 1e3 / gigabits;
      double all = (took.total() - took.idle()) / 100.0 / gigabits;
      figures.computeIfAbsent(way, _ -> new ArrayList<>()).add(new Figure(mbits, own, all));
      System.out.printf(
          "  %-22s %,7.0f Mbit/s, agents %.3f s per Gbit, all processes %.3f s; stolen %d %%%n",
          way.words, mbits, own, all, took.stolenPercent());
    } finally {
      World.end(server);
    }
  }

  private static Duration cpu(List<ProcessHandle> processes) {
    Duration sum = Duration.ZERO;
    for (ProcessHandle process : processes) {
      sum = sum.plus(process.info().totalCpuDuration().orElse(Duration.ZERO));
    }
    return sum;
  }

  /// @return whether nothing falls short
  private boolean report() {
    double baseline = median(Way.BY_HAND, Figure::mbits);
    boolean isVoid = baseline < SLOWEST_BASELINE;
    boolean isEnough = !isVoid;
    System.out.printf(
        "%n%-22s %10s %7s %7s %19s %19s%n",
        "medians", "Mbit/s", "ratio", "least", "agents' s per Gbit", "machine's s per Gbit");
    for (Way way : Way.values()) {
      double mbits = median(way, Figure::mbits);
      double ratio = mbits / baseline;
      boolean isShort = ratio < way.least;
      isEnough &= !isShort;
      System.out.printf(
          "%-22s %,10.0f %7.2f %7.2f %19.3f %19.3f %s%n",
          way.words,
          mbits,
          ratio,
          way.least,
          median(way, Figure::agents),
          median(way, Figure::all),
          isShort ? "SHORT" : "ok");
    }
    if (isVoid) {
      System.out.printf(
          "void: the baseline is below %,.0f Mbit/s: a busy machine, or an old wireguard-go%n",
          SLOWEST_BASELINE);
    }
    return isEnough;
  }

  private double median(Way way, ToDoubleFunction<Figure> what) {
    double[] sorted = figures.getOrDefault(way, List.of()).stream().mapToDouble(what).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
