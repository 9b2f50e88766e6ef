package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// One [Cell] with a server and two nodes, measured once or several times.
///
/// Between two runs agents end, NATs and firewalls forget, and agents start again: the pair is then
/// as new as at first. Confined to one thread.
final class CellRun implements AutoCloseable {
  /// From the first packet to the first answered ping.
  static final long USABLE_MILLIS = 2_000;

  /// From the first packet until both use a direct path.
  static final long DIRECT_MILLIS = 3_000;

  /// A relayed pair's longest silence, while nothing happens to it.
  static final long SILENCE_MILLIS = 2_000;

  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final int FORWARDED_PORT = 51820;

  /// What one run gave. Times are in milliseconds from the first packet, −1 if it never came.
  ///
  /// @param silence the longest one while a relayed pair was watched
  /// @param fault what was wrong; empty if nothing
  record Result(long usable, long direct, long silence, String fault) {
    boolean isGood() {
      return fault.isEmpty();
    }

    static Result failed(String fault) {
      return new Result(-1, -1, -1, fault);
    }
  }

  private final Cell cell;
  private final World world;
  private final Semaphore processors;
  private int runs;

  private CellRun(Cell cell, World world, Semaphore processors) {
    this.cell = cell;
    this.world = world;
    this.processors = processors;
  }

  /// Builds the lab and starts a server that both address families reach.
  ///
  /// @param processors of which the caller holds one, now and whenever it calls the others; it is
  ///   given back while a relayed pair is only watched
  static CellRun start(Cell cell, Semaphore processors) throws IOException {
    World world = World.empty(cell.left(), cell.right());
    try {
      boolean mixed = cell.rightIsIpv6() && !cell.leftIsIpv6();
      boolean both = mixed || cell.isDual(true) || cell.isDual(false);
      List<String> options = new ArrayList<>();
      if (both) {
        options.addAll(List.of("--url", "https://[" + world.lab.address("SRV6") + "]"));
        options.addAll(List.of("--address", world.lab.address("SRV6")));
        options.addAll(List.of("--address", world.lab.address("SRV6B")));
      }
      world.serve(options.toArray(String[]::new));
      return new CellRun(cell, world, processors);
    } catch (IOException | RuntimeException | AssertionError e) {
      world.close();
      throw e;
    }
  }

  World world() {
    return world;
  }

  /// Both join, one pings the other, and what comes of it is measured.
  ///
  /// @param watch for how long a relayed pair must stay as it is
  Result once(Duration watch) throws IOException {
    join();
    long begun = Clock.SYSTEM.nanos();
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.05)) {
      return cell.expected().isDirect() ? direct(pings, begun) : relayed(pings, begun, watch);
    }
  }

  /// Starts both agents; if they have run before, as if they had never spoken.
  ///
  /// @param upOptions further ones of `adit up`
  void join(String... upOptions) throws IOException {
    if (runs++ > 0) {
      begin("down");
      for (String side : List.of("l", "r")) {
        world.lab.turn(side, "rebind");
      }
    }
    begin("up", upOptions);
    world.awaitPeers();
  }

  private Result direct(PingStream pings, long begun) {
    long direct = -1;
    for (long now = begun; now < begun + PATIENCE.toNanos(); now = Clock.SYSTEM.nanos()) {
      if (world.bothSay("direct")) {
        direct = millis(Clock.SYSTEM.nanos() - begun);
        break;
      }
      World.pass(LOOK);
    }
    int before = pings.answers();
    World.pass(Duration.ofSeconds(1));
    long usable = pings.firstAnswer() < 0 ? -1 : millis(pings.firstAnswer() - begun);
    List<String> faults = new ArrayList<>();
    usableInTime(usable, faults);
    if (direct < 0) {
      faults.add(
          "l says " + world.path("l") + ", r says " + world.path("r") + " after " + PATIENCE);
    } else if (direct > DIRECT_MILLIS) {
      faults.add("direct after " + direct + " ms");
    } else if (pings.answers() <= before) {
      faults.add("direct, but pings are not answered");
    }
    return new Result(usable, direct, -1, String.join("; ", faults));
  }

  private Result relayed(PingStream pings, long begun, Duration watch) {
    for (long now = begun; now < begun + PATIENCE.toNanos(); now = Clock.SYSTEM.nanos()) {
      if (pings.firstAnswer() >= 0) {
        break;
      }
      World.pass(LOOK);
    }
    long usable = pings.firstAnswer() < 0 ? -1 : millis(pings.firstAnswer() - begun);
    List<String> faults = new ArrayList<>();
    usableInTime(usable, faults);
    long watched = Clock.SYSTEM.nanos();
    int changes = 0;
    processors.release();
    try {
      while (Clock.SYSTEM.nanos() < watched + watch.toNanos()) {
        if (!world.bothSay("derp")) {
          changes++;
        }
        World.pass(Duration.ofMillis(250));
      }
    } finally {
      processors.acquireUninterruptibly();
    }
    long silence = millis(pings.longestGapSince(watched));
    if (changes > 0) {
      faults.add(changes + " looks did not find the relay in use at both ends");
    }
    if (silence > SILENCE_MILLIS) {
      faults.add("silent for " + silence + " ms");
    }
    for (String host : List.of("l", "r")) {
      String cause = cause(host);
      if (!cause.equals(cell.cause(host))) {
        faults.add(host + " explains it by " + cause + " instead of " + cell.cause(host));
      }
    }
    return new Result(usable, -1, silence, String.join("; ", faults));
  }

  /// What explains the relay, once the first search is over.
  private String cause(String host) {
    long end = Clock.SYSTEM.nanos() + PATIENCE.toNanos();
    String cause = world.cause(host);
    while (cause.equals("searching") && Clock.SYSTEM.nanos() < end) {
      World.pass(LOOK);
      cause = world.cause(host);
    }
    return cause;
  }

  private static void usableInTime(long usable, List<String> faults) {
    if (usable < 0) {
      faults.add("no ping was answered");
    } else if (usable > USABLE_MILLIS) {
      faults.add("first ping answered after " + usable + " ms");
    }
  }

  /// `adit up` or `adit down` on both hosts, side by side.
  private void begin(String verb, String... options) throws IOException {
    try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
      var left = CompletableFuture.runAsync(() -> on("l", verb, options), both);
      var right = CompletableFuture.runAsync(() -> on("r", verb, options), both);
      left.join();
      right.join();
    } catch (CompletionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    }
  }

  private void on(String host, String verb, String... options) {
    try {
      List<String> arguments = new ArrayList<>(List.of(verb));
      if (verb.equals("up")) {
        arguments.add(key(host));
        arguments.addAll(List.of(options));
        if (cell.isForwarded(host)) {
          arguments.addAll(forwarded(host));
        }
      }
      Outcome outcome = world.adit(host, arguments.toArray(String[]::new));
      assertThat(outcome.status())
          .as(() -> "adit " + verb + " on " + host + ": " + outcome.output() + world.agentLog(host))
          .isZero();
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /// A node with IPv6 only needs the server's other address.
  private String key(String host) throws IOException {
    String key = world.key();
    if (host.equals("r") && cell.rightIsIpv6()) {
      return key.replace("//" + world.lab.address("SRV4"), "//[" + world.lab.address("SRV6") + "]");
    }
    return key;
  }

  /// The gateway forwards one port, so that is the node's, and it is told that it is reached there.
  private List<String> forwarded(String host) throws IOException {
    Path state = Files.createDirectories(world.lab.lib(host).resolve("adit"));
    Path file = state.resolve("agent.json");
    if (!Files.exists(file)) {
      Files.writeString(file, "{\"port\":" + FORWARDED_PORT + "}");
    }
    String outside = world.lab.address(host.equals("l") ? "L_PUBLIC4" : "R_PUBLIC4");
    return List.of("--candidate", outside + ":" + FORWARDED_PORT);
  }

  static long millis(long nanos) {
    return nanos / 1_000_000;
  }

  @Override
  public void close() {
    world.close();
  }
}
