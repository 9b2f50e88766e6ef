package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A user without privileges on the hosts of a lab, for whom the default folders are his own; and
/// the helper that root runs for him.
final class OrdinaryUser {
  static final String UID = "1000";
  private static final Duration START = Duration.ofSeconds(20);

  private OrdinaryUser() {}

  /// The words that run a command as this user, without any capability.
  static List<String> words(String uid, List<String> command) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "setpriv",
                "--reuid=" + uid,
                "--regid=" + uid,
                "--clear-groups",
                "--bounding-set=-all",
                "--inh-caps=-all",
                "env",
                "HOME=/tmp"));
    words.addAll(command);
    return words;
  }

  /// Gives him the folders of a host.
  static void settle(World world, String host) throws IOException {
    for (Path parent : List.of(world.lab.run(host), world.lab.lib(host))) {
      Path folder = Files.createDirectories(parent.resolve("adit"));
      Files.setAttribute(folder, "unix:uid", Integer.parseInt(UID));
    }
  }

  /// Root starts the helper for him; returns when it listens.
  static Process helper(World world, String host, String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("helper", "--allow-user", UID));
    words.addAll(List.of(options));
    String log = "helper-" + host;
    long before = Files.exists(world.log(log)) ? Files.size(world.log(log)) : 0;
    Process helper = world.start(host, log, words.toArray(String[]::new));
    World.await(
        START,
        () -> "the helper listens: " + world.tail(log),
        () -> text(world.log(log)).substring((int) before).contains("everything runs"));
    return helper;
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// `adit ARGUMENTS` by him, to its end.
  static Outcome adit(World world, String host, String... arguments) throws IOException {
    return aditAs(world, UID, host, arguments);
  }

  static Outcome aditAs(World world, String uid, String host, String... arguments)
      throws IOException {
    return world.lab.exec(host, words(uid, World.command(arguments)).toArray(String[]::new));
  }

  /// `adit up` by him, which must succeed.
  static void up(World world, String host, String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("up"));
    words.addAll(List.of(options));
    Outcome up = adit(world, host, words.toArray(String[]::new));
    assertThat(up.status())
        .as(() -> up.output() + world.agentLog(host) + world.tail("helper-" + host))
        .isZero();
  }

  /// What an administrator does without a helper, see docs/helper.md: a `wireguard-go` of this user
  /// that may do no more than make its interface. (In a lab /dev/net/tun may be root's alone, hence
  /// the second capability.)
  static void prepareInterface(World world, String host) throws IOException {
    String rights = "-all,+net_admin,+dac_override";
    Process _ =
        world.lab.start(
            host,
            world.log("wireguard-" + host),
            List.of(
                "sh",
                "-c",
                "mkdir -p /run/wireguard && chown $0 /run/wireguard && exec setpriv --reuid=$0"
                    + " --regid=$0 --clear-groups --inh-caps=$1 --ambient-caps=$1"
                    + " --bounding-set=$1 wireguard-go -f adit0",
                UID,
                rights));
    Path socket = world.lab.run(host).resolve("wireguard").resolve("adit0.sock");
    World.await(START, "wireguard-go", () -> Files.exists(socket));
  }

  /// His agent has his uid, and no capability.
  static void isUnprivileged(World world, String host) throws IOException {
    List<ProcessHandle> agents = world.processes(host, Disturbances.AGENT);
    assertThat(agents).hasSize(1);
    String status = Files.readString(Path.of("/proc/" + agents.getFirst().pid() + "/status"));
    assertThat(status).contains("\nUid:\t" + UID + "\t" + UID + "\t");
    assertThat(status)
        .contains("\nCapPrm:\t0000000000000000\n")
        .contains("\nCapEff:\t0000000000000000\n")
        .contains("\nCapBnd:\t0000000000000000\n");
  }
}
