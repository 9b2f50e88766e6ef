package dev.adit.net.linux;

import dev.adit.net.local.LocalServer;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A wireguard-go that we started in the foreground as our child: the one program the agent starts
/// (linux-wireguard-control §5.3). Thread-safe.
public final class WireGuardGo {
  public static final String MISSING =
      "wireguard-go is missing; install it: apt-get install wireguard-go, or the current one: go"
          + " install golang.zx2c4.com/wireguard@latest";

  /// How often to look for the socket: it is there 5 to 20 ms after the start.
  private static final long POLL_MILLIS = 2;

  private final String name;
  private final Process process;
  private final Path log;

  private WireGuardGo(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /// Programs that may be wireguard-go: in `PATH`, the usual folders and Go's, where the module's
  /// program is called `wireguard`. Each file once, links followed.
  public static List<Path> candidates() {
    var folders = new ArrayList<String>();
    String home = System.getProperty("user.home", "/root");
    // Go's folders first: what somebody installed there is newer than the distribution's.
    folders.add(home + "/go/bin");
    folders.add("/root/go/bin");
    folders.add("/usr/local/bin");
    String path = System.getenv("PATH");
    for (int start = 0; path != null && start <= path.length(); ) {
      int colon = path.indexOf(File.pathSeparatorChar, start);
      int end = colon < 0 ? path.length() : colon;
      if (end > start) {
        folders.add(path.substring(start, end));
      }
      start = end + 1;
    }
    folders.add("/usr/bin");
    folders.add("/usr/sbin");
    var found = new ArrayList<Path>();
    for (String folder : folders) {
      for (String name : new String[] {"wireguard-go", "wireguard"}) {
        Path file = Path.of(folder, name);
        if (Files.isExecutable(file) && Files.isRegularFile(file)) {
          addOnce(found, file);
        }
      }
    }
    return found;
  }

  private static void addOnce(List<Path> found, Path file) {
    try {
      Path real = file.toRealPath();
      if (!found.contains(real)) {
        found.add(real);
      }
    } catch (IOException e) {
      // removed meanwhile
    }
  }

  /// The newest wireguard-go of this machine. Asks for versions only if there are several, which
  /// takes some 10 ms.
  ///
  /// @throws IOException with [#MISSING] if there is none
  public static Path newest() throws IOException {
    List<Path> candidates = candidates();
    if (candidates.isEmpty()) {
      throw new IOException(MISSING);
    }
    if (candidates.size() == 1) {
      return candidates.getFirst();
    }
    var asked = new ArrayList<Process>();
    for (Path candidate : candidates) {
      asked.add(
          new ProcessBuilder(candidate.toString(), "--version").redirectErrorStream(true).start());
    }
    Path newest = candidates.getFirst();
    String newestVersion = "";
    for (int i = 0; i < asked.size(); i++) {
      String version = answerOf(asked.get(i));
      if (compareVersions(version, newestVersion) > 0) {
        newest = candidates.get(i);
        newestVersion = version;
      }
    }
    return newest;
  }

  /// The version that `program` tells, such as `0.0.20220316`; empty if it tells none.
  public static String version(Path program) throws IOException {
    return answerOf(
        new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start());
  }

  private static String answerOf(Process process) throws IOException {
    try (var out = process.getInputStream()) {
      process.getOutputStream().close();
      return versionIn(new String(out.readNBytes(4096), StandardCharsets.UTF_8));
    } finally {
      process.destroy();
    }
  }

  /// The first word of digits and dots, after an optional `v`.
  static String versionIn(String text) {
    for (int i = 0; i < text.length(); i++) {
      boolean starts = i == 0 || " v\n".indexOf(text.charAt(i - 1)) >= 0;
      int end = i;
      while (starts && end < text.length() && "0123456789.".indexOf(text.charAt(end)) >= 0) {
        end++;
      }
      if (end > i && text.substring(i, end).indexOf('.') > 0) {
        return text.substring(i, end);
      }
    }
    return "";
  }

  static int compareVersions(String a, String b) {
    String[] left = a.split("\\.");
    String[] right = b.split("\\.");
    for (int i = 0; i < Math.max(left.length, right.length); i++) {
      int compared = Long.compare(number(left, i), number(right, i));
      if (compared != 0) {
        return compared;
      }
    }
    return 0;
  }

  private static long number(String[] parts, int index) {
    return index >= parts.length || parts[index].isEmpty() || parts[index].length() > 18
        ? 0
        : Long.parseLong(parts[index]);
  }

  /// Starts `program` for a new interface and waits until its socket answers; then the link exists.
  ///
  /// @param log where its output goes: a file, because with a pipe it would die when we do
  /// @throws IOException with what it logged if it ended, or took longer than `limit`
  public static WireGuardGo start(Path program, String name, Path log, Duration limit)
      throws IOException {
    var builder = new ProcessBuilder(program.toString(), "-f", name);
    builder.environment().put("LOG_LEVEL", "error");
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    var started = new WireGuardGo(name, builder.start(), log);
    try {
      started.awaitSocket(limit);
      return started;
    } catch (IOException e) {
      started.process.destroy();
      throw e;
    }
  }

  private void awaitSocket(Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    Path socket = WireGuardUapi.socketOf(name);
    try {
      while (!Files.exists(socket) || !LocalServer.isLive(socket)) {
        if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new IOException("wireguard-go could not make " + name + ": " + lastWords());
        }
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "wireguard-go did not open " + socket + " within " + limit.toMillis() + " ms");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while wireguard-go started", e);
    }
  }

  /// The last line of its log.
  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.isEmpty() ? "exit code " + process.exitValue() : lines.getLast();
    } catch (IOException e) {
      return "exit code " + process.exitValue();
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// Completes with the exit code when it ends, whoever ended it.
  public CompletableFuture<Integer> ended() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /// Ends it by SIGTERM, which takes the interface and the socket along; by SIGKILL after 2 s.
  public void stop() {
    process.destroy();
    try {
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
