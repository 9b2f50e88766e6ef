package dev.adit.cli.lab;

import dev.adit.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Namespaces in which an ordinary user is root, so that a lab can be built there: of users,
/// networks, mounts and processes. A command of ours that needs root runs itself again in them.
///
/// ```
///   adit demo                 waits; passes signals on          (the user's own id)
///     unshare                 waits; ends with its child, its child ends with it
///       bash                  process 1, collects what has ended; /run is empty and its own
///         adit demo           root in there
///         everything else     ends with process 1: the kernel sees to it
/// ```
///
/// What the inner command does not remove is therefore gone with it, even if it is killed.
public final class OwnNamespaces {
  /// Set for whatever runs inside: the id that process 1 has outside.
  private static final String PROCESS_1 = "ADIT_LAB_PROCESS";

  /// The first of the words makes the last ones end with us, however we end.
  private static final List<String> UNSHARE =
      List.of(
          "setpriv",
          "--pdeathsig",
          "KILL",
          "unshare",
          "--map-root-user",
          "--net",
          "--mount",
          "--pid",
          "--fork",
          "--kill-child");

  /// `ip netns` keeps its names in `/run`. Until `/proc` is mounted anew, it shows us as those
  /// outside see us.
  private static final String SETUP =
      """
      read -r %1$s _ < /proc/self/stat && export %1$s \
      && mount -t tmpfs -o mode=755 tmpfs /run && mount -t proc proc /proc && "$@"
      exit $?\
      """
          .formatted(PROCESS_1);

  /// As much of a lab as can be refused.
  private static final String TRIAL = "ip netns add trial && ip netns exec trial nft list ruleset";

  private static final long REMOVAL_SECONDS = 25;

  private OwnNamespaces() {}

  /// Makes such namespaces for a moment.
  ///
  /// @param purpose what needs them, for the message: `adit demo`
  /// @throws Failure if this machine does not let us
  static void check(String purpose) throws IOException {
    Outcome trial = Outcome.of(inside(List.of("bash", "-c", TRIAL)));
    if (trial.status() != 0) {
      String why = forbidding(Path.of("/proc/sys"), trial.output());
      throw Failure.failed(purpose + " may not make namespaces of its own: " + why);
    }
  }

  /// Why not, and what to do.
  ///
  /// @param settings the kernel's, a folder: `/proc/sys`
  /// @param said what the programs said that were refused
  static String forbidding(Path settings, String said) throws IOException {
    for (Setting setting : Setting.ALL) {
      Path file = settings.resolve(setting.name.replace('.', '/'));
      if (Files.exists(file) && Files.readString(file).strip().equals(setting.forbids)) {
        return setting.name
            + " is "
            + setting.forbids
            + "; run it with sudo, or allow it to everybody: sudo sysctl -w "
            + setting.name
            + "="
            + setting.allows;
      }
    }
    String[] lines = said.strip().split("\n");
    return lines[lines.length - 1].replaceAll("\\.$", "") + "; run it with sudo";
  }

  /// A setting of the kernel that can forbid it.
  private record Setting(String name, String forbids, String allows) {
    static final List<Setting> ALL =
        List.of(
            new Setting("kernel.unprivileged_userns_clone", "0", "1"), // Debian's kernels
            new Setting("kernel.apparmor_restrict_unprivileged_userns", "1", "0"), // Ubuntu's
            new Setting("user.max_user_namespaces", "0", "10000"),
            new Setting("user.max_net_namespaces", "0", "10000"),
            new Setting("user.max_mnt_namespaces", "0", "10000"),
            new Setting("user.max_pid_namespaces", "0", "10000"));
  }

  /// Runs a command in new namespaces, to its end, with our input and output; answers its exit
  /// status. Whoever ends us ends it first.
  public static int run(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(inside(command)).inheritIO();
    builder.environment().put("ADIT_BUILD", "never"); // whoever runs us has built what runs inside
    Process unshare = builder.start();
    Thread ender = new Thread(() -> end(unshare), "namespaces-ender");
    try {
      Runtime.getRuntime().addShutdownHook(ender);
      int status = unshare.waitFor();
      Runtime.getRuntime().removeShutdownHook(ender);
      return status;
    } catch (IllegalStateException e) {
      // We are being ended, by a signal; it decides our exit status, not the inner command's.
      while (true) {
        LockSupport.park();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// Tells the inner command to end, until it has: it may only be about to start.
  private static void end(Process unshare) {
    try {
      for (long i = 0; i < REMOVAL_SECONDS * 5 && unshare.isAlive(); i++) {
        unshare.children().flatMap(ProcessHandle::children).forEach(ProcessHandle::destroy);
        boolean _ = unshare.waitFor(200, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Process _ = unshare.destroyForcibly();
  }

  private static List<String> inside(List<String> command) {
    List<String> words = new ArrayList<>(UNSHARE);
    words.addAll(List.of("bash", "-c", SETUP, "bash"));
    words.addAll(command);
    return words;
  }

  /// The words that bring a command of the user's from outside to where we are; null if we are in
  /// no namespaces of ours.
  public static @Nullable String wayIn() {
    String process = System.getenv(PROCESS_1);
    return process == null
        ? null
        : "nsenter --preserve-credentials --user --mount --net --pid --target " + process;
  }
}
