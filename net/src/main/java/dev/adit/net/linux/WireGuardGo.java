package dev.adit.net.linux;

import dev.adit.net.Clock;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A running `wireguard-go`, or a program in its place such as `boringtun-cli`; the one program the
/// agent starts: in the foreground as our child, its words in a file, never in a pipe (it would die
/// at its next word once the reader is gone).
public final class WireGuardGo implements AutoCloseable {
  /// The second is what the Go module `golang.zx2c4.com/wireguard` installs.
  private static final List<String> NAMES = List.of("wireguard-go", "wireguard");

  private static final String BORINGTUN = "boringtun";
  private static final String FIRST_FAST = "0.0.20230223";

  private static final long SOCKET_WAIT_NANOS = 5_000_000_000L;

  private final Path program;
  private final Process process;
  private final Path log;

  private WireGuardGo(Path program, Process process, Path log) {
    this.program = program;
    this.process = process;
    this.log = log;
  }

  /// The newest `wireguard-go` of this machine, or null. Versions are asked (2 ms each) only when
  /// there is more than one.
  ///
  /// @param searchPath folders as in `PATH`
  public static @Nullable Path find(String searchPath) {
    return newest(candidates(searchPath));
  }

  /// Every program of one of the names, once, links followed.
  static List<Path> candidates(String searchPath) {
    Set<Path> found = new LinkedHashSet<>();
    String folders =
        searchPath
            + ":/usr/local/bin:/usr/bin:/usr/sbin:"
            + System.getProperty("user.home")
            + "/go/bin:/root/go/bin";
    for (int start = 0; start <= folders.length(); ) {
      int end = folders.indexOf(':', start);
      end = end < 0 ? folders.length() : end;
      if (end > start) {
        for (String name : NAMES) {
          Path candidate = Path.of(folders.substring(start, end), name);
          if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
            found.add(realPath(candidate));
          }
        }
      }
      start = end + 1;
    }
    return new ArrayList<>(found);
  }

  private static @Nullable Path newest(List<Path> candidates) {
    if (candidates.size() < 2) {
      return candidates.isEmpty() ? null : candidates.getFirst();
    }
    Path best = candidates.getFirst();
    String bestVersion = version(best);
    for (Path candidate : candidates) {
      String version = version(candidate);
      if (version.compareTo(bestVersion) > 0) {
        best = candidate;
        bestVersion = version;
      }
    }
    return best;
  }

  private static Path realPath(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }

  /// The date in a version such as `v0.0.20220316`; a build without one (from a newer module, which
  /// prints another form) counts as newest; empty if it is no `wireguard-go` at all.
  static String version(Path program) {
    String text = says(program);
    int at = text.indexOf("wireguard-go v");
    if (at < 0) {
      return "";
    }
    int end = text.indexOf('\n', at);
    return text.substring(at + "wireguard-go v".length(), end < 0 ? text.length() : end).strip();
  }

  /// What it says of its version, at most 4 KiB; empty if nothing.
  private static String says(Path program) {
    try {
      Process asked =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      asked.getOutputStream().close();
      String text = new String(asked.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
      if (!asked.waitFor(2, TimeUnit.SECONDS)) {
        asked.destroyForcibly();
        return "";
      }
      return text;
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /// Starts `program` for the interface `name`.
  ///
  /// @param log gets its words; replaced
  public static WireGuardGo start(Path program, String name, Path log) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString(), "--foreground"));
    if (isBoringtun(program)) {
      // Connected sockets would go on to where its peer was, whatever endpoint it is told.
      command.addAll(List.of("--disable-drop-privileges", "--disable-connected-udp"));
    }
    command.add(name);
    var builder = new ProcessBuilder(command);
    builder.environment().put("LOG_LEVEL", "error");
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    return new WireGuardGo(program, builder.start(), log);
  }

  /// Waits until the device's socket accepts, 5 s at most.
  ///
  /// @throws IOException if the program ended instead; the message holds its last words
  public WireGuardUapi device(String name, Clock clock) throws IOException {
    Path socket = WireGuardUapi.socketOf(name);
    long end = clock.nanos() + SOCKET_WAIT_NANOS;
    while (true) {
      if (Files.exists(socket)) {
        try {
          return WireGuardUapi.open(name, socket);
        } catch (IOException e) {
          // A socket file that nobody serves yet, or any more.
        }
      }
      try {
        if (process.waitFor(2, TimeUnit.MILLISECONDS)) {
          throw new IOException("wireguard-go ended at its start: " + lastWords());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while wireguard-go started", e);
      }
      if (clock.nanos() > end) {
        throw new IOException("wireguard-go did not open " + socket + " within 5 s");
      }
    }
  }

  /// Such as `wireguard-go 0.0.20220316` or `boringtun 0.7.1`, asked of the program, which takes
  /// milliseconds; without a version if it does not say.
  public String description() {
    if (isBoringtun(program)) {
      return says(program).lines().findFirst().orElse(BORINGTUN).strip();
    }
    return ("wireguard-go " + version(program)).strip();
  }

  private static boolean isBoringtun(Path program) {
    Path name = program.getFileName();
    return name != null && name.toString().startsWith(BORINGTUN);
  }

  /// Whether a text such as `wireguard-go 0.0.20220316` names one from before segmentation offload,
  /// which carries about a sixth of what later ones do.
  public static boolean isOld(String description) {
    return description.startsWith("wireguard-go 0.0.")
        && description.compareTo("wireguard-go " + FIRST_FAST) < 0;
  }

  public long pid() {
    return process.pid();
  }

  /// Calls `action` when the program has ended, by whomever; on a thread of the JDK's.
  public void onExit(Runnable action) {
    var _ = process.onExit().thenRun(action);
  }

  /// Ends the program; its interface disappears with it, so do its words. Returns when it is gone.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      // It stays; the next start replaces it.
    }
  }

  private String lastWords() {
    try {
      String text = Files.readString(log).strip();
      int line = text.lastIndexOf('\n');
      return text.isEmpty() ? "no reason given" : text.substring(line + 1);
    } catch (IOException e) {
      return "its log cannot be read";
    }
  }
}
