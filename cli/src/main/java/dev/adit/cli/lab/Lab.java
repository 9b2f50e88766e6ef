package dev.adit.cli.lab;

import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// One running topology: sites, servers, a core router between them.
///
/// Nodes are `l`, `r`, `s3`, `s4`, … (hosts), `lgw`, `rgw`, … (their gateways), `inet` (core
/// router), `srv`, `srv2`, … (servers). Each is a network namespace called by [#namespace]. On
/// hosts and servers, and on what others add under the lab's prefix with such folders, programs
/// started with [#start] see a `/run` and a `/var/lib` of their own ([#run], [#lib]), so that every
/// program works there with its default folders.
///
/// Everything outside the namespaces is one folder below `/run/adit-lab`, which also names the
/// owner: that is how a later run finds what a killed one left. Thread-safe; after [#close] nothing
/// can be started any more.
public final class Lab implements AutoCloseable {
  private static final Path FOLDER = Path.of("/run/adit-lab");
  private static final String KEPT = "kept";
  private static final String SCRIPT = "natlab.sh";
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String prefix;
  private final Path folder;
  private final Map<String, String> addresses = new HashMap<>();
  private boolean closed;

  private Lab(String prefix) {
    this.prefix = prefix;
    this.folder = FOLDER.resolve(prefix);
  }

  /// Builds a lab of two sites; a name such as `portcone+v4` is explained by `natlab.sh list`.
  public static Lab up(String left, String right) throws IOException {
    return up(List.of(left, right), 1);
  }

  /// Builds a lab of as many sites and servers as you like.
  ///
  /// @param sites 1 to 100, what each is like
  /// @param servers 1 to 20
  public static Lab up(List<String> sites, int servers) throws IOException {
    Lab lab = new Lab("adit" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet());
    try {
      lab.build(sites, servers);
      return lab;
    } catch (IOException | RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  private void build(List<String> sites, int servers) throws IOException {
    Files.createDirectories(folder);
    Owner.self().write(folder);
    try (InputStream script = Lab.class.getResourceAsStream(SCRIPT)) {
      if (script == null) {
        throw new IOException("resource " + SCRIPT + " is missing");
      }
      Files.copy(script, folder.resolve(SCRIPT));
    }
    List<String> words = new ArrayList<>(List.of("up", "--servers", Integer.toString(servers)));
    words.addAll(sites);
    words.add(prefix);
    for (String line : script(words.toArray(String[]::new)).split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        addresses.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    for (String names : List.of(address("SITES"), address("SERVERS"))) {
      for (String host : names.split(" ")) {
        Files.createDirectories(run(host));
        Files.createDirectories(lib(host));
      }
    }
  }

  public String prefix() {
    return prefix;
  }

  /// The name of a node's network namespace.
  public String namespace(String node) {
    return prefix + "-" + node;
  }

  /// All that this lab has outside its namespaces; removed by [#close].
  public Path folder() {
    return folder;
  }

  /// What programs on this host see as `/run`.
  public Path run(String host) {
    return folder.resolve(host).resolve("run");
  }

  /// What programs on this host see as `/var/lib`.
  public Path lib(String host) {
    return folder.resolve(host).resolve("lib");
  }

  /// `L_HOST4`, `R_PUBLIC4`, `S3_HOST6`, `SRV4`, `SRV2_4`, …: as `natlab.sh up` printed them.
  public String address(String name) {
    String address = addresses.get(name);
    if (address == null) {
      throw new IllegalArgumentException("this lab has no address " + name);
    }
    return address;
  }

  /// All addresses that this lab has.
  public Map<String, String> addresses() {
    return Map.copyOf(addresses);
  }

  /// The words that run `command` in a node's network, for [ProcessBuilder].
  public List<String> inside(String node, List<String> command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace(node)));
    if (Files.isDirectory(run(node))) {
      // `ip netns exec` has already given the program a mount namespace of its own.
      words.addAll(
          List.of(
              "sh",
              "-c",
              "mount --bind \"$0/lib\" /var/lib && mount --bind \"$0/run\" /run && exec \"$@\"",
              folder.resolve(node).toString()));
    }
    words.addAll(command);
    return words;
  }

  /// Starts a program in a node's network; its output goes to `log`, or, if that exists, after what
  /// is there. It is killed by [#close] at the latest.
  public synchronized Process start(String node, Path log, List<String> command)
      throws IOException {
    requireOpen();
    return builder(node, command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .start();
  }

  /// Starts a program whose output the caller reads and whose input the caller writes; errors go to
  /// `errors`.
  public synchronized Process converse(String node, Path errors, List<String> command)
      throws IOException {
    requireOpen();
    return builder(node, command)
        .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
        .start();
  }

  /// Programs of ours run as they are now: a build inside a lab has no network, and would be
  /// measured.
  private ProcessBuilder builder(String node, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(inside(node, command));
    builder.environment().put("ADIT_BUILD", "never");
    return builder;
  }

  /// Runs a program in a node's network to its end.
  public Outcome exec(String node, String... command) throws IOException {
    synchronized (this) {
      requireOpen();
    }
    return Outcome.of(builder(node, List.of(command)));
  }

  /// Turns a knob of one site (`l`, `r`, `s3`, …), such as `block-oneway`; see `natlab.sh list`.
  public void turn(String site, String... knob) throws IOException {
    List<String> words = new ArrayList<>(List.of("ctl", prefix, site));
    words.addAll(List.of(knob));
    script(words.toArray(String[]::new));
  }

  /// What was forwarded until now.
  public Counters counters() throws IOException {
    try {
      return Counters.parse(script("counters", prefix));
    } catch (MalformedException e) {
      throw new IOException("nft's counters: " + e.getMessage(), e);
    }
  }

  /// Leaves the lab running when this process ends; [#close] then does nothing.
  public synchronized void keep() throws IOException {
    requireOpen();
    Files.createFile(folder.resolve(KEPT));
    closed = true;
  }

  /// Kills what runs inside and removes everything.
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try {
      remove();
    } catch (IOException e) {
      throw new UncheckedIOException("the lab " + prefix + " could not be removed", e);
    }
  }

  /// Removes every lab whose owner is gone; answers their prefixes.
  public static List<String> removeLeftovers() throws IOException {
    List<String> removed = new ArrayList<>();
    if (!Files.isDirectory(FOLDER)) {
      return removed;
    }
    List<Path> labs;
    try (Stream<Path> all = Files.list(FOLDER)) {
      labs = all.sorted().toList();
    }
    for (Path folder : labs) {
      if (!Owner.isAlive(folder)) {
        String prefix = folder.getFileName().toString();
        new Lab(prefix).remove();
        removed.add(prefix);
      }
    }
    return removed;
  }

  private void remove() throws IOException {
    if (Files.exists(folder.resolve(SCRIPT))) {
      var _ = script("down", prefix);
    }
    try (Stream<Path> all = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
    try (Stream<Path> others = Files.exists(FOLDER) ? Files.list(FOLDER) : Stream.empty()) {
      if (others.findAny().isPresent()) {
        return;
      }
    }
    Files.deleteIfExists(FOLDER);
  }

  private String script(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", folder.resolve(SCRIPT).toString()));
    command.addAll(List.of(words));
    return Outcome.mustSucceed(command);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the lab " + prefix + " is closed");
    }
  }
}
