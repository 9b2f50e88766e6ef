package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.agent.DataMode;
import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.net.linux.SystemChecks;
import dev.adit.net.linux.WireGuardGo;
import dev.adit.net.linux.WireGuardUapi;
import dev.adit.net.local.LocalClient;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A lab with a server and nodes in it, driven as a user would: by `adit serve` and `adit up KEY`.
///
/// Everything runs in namespaces of the lab; [#close] ends and removes it all.
final class World implements AutoCloseable {
  static final Path ADIT = Path.of("..", "adit").toAbsolutePath().normalize();
  private static final Duration START = Duration.ofSeconds(20);

  /// How many times slower than a real machine this one is: only what waits takes it into account.
  private static final int SLOWNESS = Integer.getInteger("adit.lab.slowness", 1);

  private static final boolean KERNELS_TOO = SystemChecks.kernelHasWireGuard();

  final Lab lab;
  private final boolean ipv6;
  private @Nullable Process server;

  private World(Lab lab, boolean ipv6) {
    this.lab = lab;
    this.ipv6 = ipv6;
  }

  /// A lab with nothing running in it.
  static World empty(String left, String right) throws IOException {
    return new World(Lab.up(left, right), left.endsWith("+v6"));
  }

  /// A lab with a server.
  static World withServer(String left, String right, String... serveOptions) throws IOException {
    return served(empty(left, right), serveOptions);
  }

  /// A lab with a server and as many sites as you like: `l`, `r`, `s3`, ….
  static World of(List<String> sites) throws IOException {
    return served(new World(Lab.up(sites, 1), false));
  }

  private static World served(World world, String... serveOptions) throws IOException {
    try {
      world.serve(serveOptions);
      return world;
    } catch (IOException | RuntimeException | AssertionError e) {
      world.close();
      throw e;
    }
  }

  /// A lab with a server and both hosts joined.
  static World joined(String left, String right, String... serveOptions) throws IOException {
    return joined(withServer(left, right, serveOptions));
  }

  /// As above, with agents in this mode; above they are in the one that a user gets.
  static World joinedIn(DataMode mode, String left, String right) throws IOException {
    return joined(withServer(left, right), "--mode=" + mode.text());
  }

  private static World joined(World world, String... upOptions) throws IOException {
    try {
      world.up("l", upOptions);
      world.up("r", upOptions);
      world.awaitPeers();
      return world;
    } catch (IOException | RuntimeException | AssertionError e) {
      world.close();
      throw e;
    }
  }

  // --- the server

  /// Starts `adit serve` and waits until it answers.
  void serve(String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(ADIT.toString(), "serve"));
    String main = lab.address(ipv6 ? "SRV6" : "SRV4");
    String second = lab.address(ipv6 ? "SRV6B" : "SRV4B");
    command.addAll(List.of("--url", "https://" + (ipv6 ? "[" + main + "]" : main)));
    command.addAll(List.of("--address", main, "--address", second));
    command.addAll(List.of(options));
    Process started = lab.start("srv", log("serve"), command);
    server = started;
    await(
        START,
        "adit serve answers",
        () -> {
          assertThat(started.isAlive()).as(() -> "serve ended: " + tail("serve")).isTrue();
          return answers(lab.run("srv").resolve("adit").resolve("coordinator.sock"));
        });
  }

  private static boolean answers(Path socket) {
    try {
      return Files.exists(socket)
          && LocalClient.request(socket, "GET", "/api/v1/nodes", new byte[0]).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /// Ends the server as an operator would.
  void stopServer() {
    Process running = server;
    if (running != null) {
      end(running);
      server = null;
    }
  }

  /// Starts a program of ours on a host, its words in a log.
  Process start(String host, String logName, String... arguments) throws IOException {
    return lab.start(host, log(logName), command(arguments));
  }

  String key() throws IOException {
    return Files.readString(lab.lib("srv").resolve("adit").resolve("join.key")).strip();
  }

  /// A join key for so many machines.
  String reusableKey(int uses) throws IOException {
    Outcome made = adit("srv", "key", "create", "--uses", Integer.toString(uses), "--out", "-");
    assertThat(made.status()).as(made.output()).isZero();
    return made.output().strip();
  }

  // --- nodes

  /// `adit up KEY`, to its end.
  ///
  /// @return how long it took, in nanoseconds
  long up(String host, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("up", key()));
    arguments.addAll(List.of(options));
    long begun = Clock.SYSTEM.nanos();
    Outcome outcome = adit(host, arguments.toArray(String[]::new));
    long took = Clock.SYSTEM.nanos() - begun;
    assertThat(outcome.status())
        .as(() -> "adit up on " + host + ": " + outcome.output() + agentLog(host))
        .isZero();
    return took;
  }

  /// Runs `adit` on a host to its end.
  Outcome adit(String host, String... arguments) throws IOException {
    return lab.exec(host, command(arguments).toArray(String[]::new));
  }

  /// Scenarios kill `wireguard-go` and ask it by its socket, also where the kernel has a WireGuard;
  /// for that one see [KernelRun].
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(ADIT.toString()));
    command.addAll(List.of(arguments));
    if (arguments[0].equals("up") && SLOWNESS > 1) {
      command.add(2, "--timeout=" + 10 * SLOWNESS + "s");
    }
    boolean makesOne = arguments[0].equals("up") || arguments[0].equals("helper");
    if (makesOne && KERNELS_TOO && !Boolean.getBoolean("adit.lab.kernel")) {
      command.add(2, "--wireguard-go=" + WireGuardGo.find(System.getenv("PATH")));
    }
    return command;
  }

  /// `adit up KEY`, to its end, for a user who is root but for one capability.
  Outcome upWithout(String capability, String host) throws IOException {
    String none = "-" + capability;
    return lab.exec(
        host, "setpriv", "--bounding-set", none, "--inh-caps", none, ADIT.toString(), "up", key());
  }

  JsonObject status(String host) {
    try {
      Path socket = lab.run(host).resolve("adit").resolve("agent.sock");
      byte[] status = LocalClient.request(socket, "GET", "/v1/status", new byte[0]).body();
      return Json.parseReport(text(status));
    } catch (IOException | MalformedException e) {
      throw new AssertionError("status of " + host + ": " + e.getMessage(), e);
    }
  }

  /// Why the host reaches its only peer as it does: the word that scripts read of `adit explain`.
  String cause(String host) {
    try {
      Path socket = lab.run(host).resolve("adit").resolve("agent.sock");
      byte[] all = "{}".getBytes(StandardCharsets.UTF_8);
      byte[] said = LocalClient.request(socket, "POST", "/v1/explain", all).body();
      return Json.parseReport(text(said)).objects("peers", 10).getFirst().string("cause");
    } catch (IOException | MalformedException e) {
      throw new AssertionError("explanation of " + host + ": " + e.getMessage(), e);
    }
  }

  /// The node's first address of the lab's family.
  String address(String host) {
    try {
      for (String address : status(host).object("self").strings("addresses", 64)) {
        if (address.contains(":") == ipv6) {
          return address;
        }
      }
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError(host + " has no address");
  }

  /// `direct`, `derp` or `none`: how the host reaches its only peer.
  String path(String host) {
    try {
      List<JsonObject> peers = status(host).objects("peers", 10);
      return peers.isEmpty() ? "none" : peers.getFirst().object("path").string("type");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// The same to one of several peers, by its address.
  String path(String host, String address) {
    try {
      for (JsonObject peer : status(host).objects("peers", 10)) {
        if (peer.strings("addresses", 64).contains(address)) {
          return peer.object("path").string("type");
        }
      }
      return "none";
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// How large packets to the host's only peer may be now, bytes.
  int mtu(String host) {
    try {
      return (int) status(host).objects("peers", 10).getFirst().object("path").integer("mtu");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// Whether WireGuard itself sends to the host's only peer.
  boolean isNative(String host) {
    try {
      List<JsonObject> peers = status(host).objects("peers", 10);
      return !peers.isEmpty() && peers.getFirst().object("path").bool("native");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// `mode`, or `remark`: what the host's status says of how its packets travel.
  String data(String host, String name) {
    try {
      return status(host).object("data").string(name);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  boolean bothAreNative() {
    return isNative("l") && isNative("r");
  }

  /// The host's WireGuard, to be closed.
  WireGuardUapi wireGuard(String host) throws IOException {
    ProcessHandle program = processes(host, "wireguard-go").getFirst();
    // Not by /var/run: that is a link, which would lead back to our own root.
    return WireGuardUapi.open(
        "adit0", Path.of("/proc/" + program.pid() + "/root/run/wireguard/adit0.sock"));
  }

  boolean bothSay(String path) {
    return path("l").equals(path) && path("r").equals(path);
  }

  void awaitPeers() {
    await(
        START,
        "both know each other",
        () -> {
          try {
            return status("l").objects("peers", 10).size() == 1
                && status("r").objects("peers", 10).size() == 1;
          } catch (MalformedException e) {
            throw new AssertionError(e);
          }
        });
  }

  /// Starts payload and waits until both ends use a direct path.
  void becomeDirect() throws IOException {
    try (var _ = new PingStream(lab, "l", address("r"), 0.1)) {
      await(Duration.ofSeconds(15), "a direct path", () -> bothSay("direct"));
    }
  }

  // --- helpers

  /// The processes of a host whose command line has this word.
  List<ProcessHandle> processes(String host, String word) throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    for (String pid :
        Outcome.mustSucceed(List.of("ip", "netns", "pids", lab.namespace(host))).lines().toList()) {
      try {
        if (text(Files.readAllBytes(Path.of("/proc", pid, "cmdline"))).contains(word)) {
          ProcessHandle.of(Long.parseLong(pid)).ifPresent(found::add);
        }
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
    return found;
  }

  /// Runs one command of nft in a host and returns what it says.
  String nft(String host, String command) throws IOException {
    return Outcome.mustSucceed(List.of("ip", "netns", "exec", lab.namespace(host), "nft", command));
  }

  /// Kills the only process of a host with this word, as a crash would.
  void kill(String host, String word) throws IOException {
    List<ProcessHandle> processes = processes(host, word);
    assertThat(processes).as(word + " on " + host).hasSize(1);
    assertThat(processes.getFirst().destroyForcibly()).isTrue();
  }

  /// Whether a host's agent has its stream.
  boolean isConnected(String host) {
    try {
      return status(host).object("coordinator").bool("connected");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  Path log(String name) {
    return lab.folder().resolve(name + ".log");
  }

  String tail(String name) {
    try {
      String text = Files.readString(log(name));
      return text.substring(Math.max(0, text.length() - 2_000));
    } catch (IOException e) {
      return "no log";
    }
  }

  String agentLog(String host) {
    try {
      String text = Files.readString(lab.lib(host).resolve("adit").resolve("agent.log"));
      return "\nagent.log: " + text.substring(Math.max(0, text.length() - 3_000));
    } catch (IOException e) {
      return "\nno agent.log";
    }
  }

  static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Asks every 20 ms until it is so; real programs run beside us, so there is nothing to pass time
  /// to.
  static void await(Duration patience, String what, BooleanSupplier question) {
    await(patience, () -> "waiting for: " + what, question);
  }

  /// As above, with words that are made when patience has ended.
  static void await(Duration patience, Supplier<String> what, BooleanSupplier question) {
    long end = Clock.SYSTEM.nanos() + patience.toNanos() * SLOWNESS;
    while (!question.getAsBoolean()) {
      assertThat(Clock.SYSTEM.nanos()).as(what).isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  /// Lets real time pass while the programs of the lab do something.
  static void pass(Duration time) {
    long end = Clock.SYSTEM.nanos() + time.toNanos();
    for (long now = Clock.SYSTEM.nanos(); now < end; now = Clock.SYSTEM.nanos()) {
      LockSupport.parkNanos(end - now);
    }
  }

  @Override
  public void close() {
    stopServer();
    lab.close();
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
