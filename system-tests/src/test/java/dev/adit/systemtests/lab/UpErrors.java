package dev.adit.systemtests.lab;

import static dev.adit.systemtests.lab.ErrorCase.when;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.local.LocalServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What can go wrong with `adit up`, row by row. Host `l` has joined nothing unless a case says so.
final class UpErrors {
  private static final String HIDE_WIREGUARD =
      """
      for folder in $(echo "$PATH" | tr : ' ') /usr/local/bin /usr/bin /usr/sbin ~/go/bin /root/go/bin; do
        for name in wireguard-go wireguard; do
          if [ -f "$folder/$name" ]; then mount --bind /dev/null "$folder/$name"; fi
        done
      done\
      """;

  private UpErrors() {}

  /// Join keys that are wrong before anybody is asked, or that the server refuses.
  static final List<ErrorCase> KEYS =
      List.of(
          when("no key, and no network joined before", attempt -> attempt.fails("l", "up")),
          when("new identity without a key", attempt -> attempt.fails("l", "up", "--new-identity")),
          when("text that is no join key", attempt -> attempt.key("open sesame").fails("l", "up")),
          when("join key cut off", UpErrors::cutOff),
          when(
              "join key with a character that cannot be there",
              attempt -> attempt.key(changed(good(attempt), -60, '!')).fails("l", "up")),
          when(
              "join key without a usable address",
              attempt -> attempt.key("ftp" + good(attempt).substring(5)).fails("l", "up")),
          when(
              "key file missing", attempt -> attempt.fails("l", "up", "--key-file", "/var/lib/no")),
          when(
              "key file unreadable", attempt -> attempt.fails("l", "up", "--key-file", "/var/lib")),
          when(
              "key file far too long",
              attempt ->
                  attempt.fails(
                      "l", "up", "--key-file", World.ADIT.resolveSibling("LICENSE").toString())),
          when(
              "join key changed in its secret, or of another network",
              attempt -> attempt.key(changed(good(attempt), -60)).fails("l", "up")),
          when(
              "another root than the join key's",
              attempt -> attempt.key(changed(good(attempt), -10)).fails("l", "up")),
          when("join key expired", UpErrors::expired),
          when("join key used up", UpErrors::usedUp),
          when("join key revoked", UpErrors::revoked),
          when(
              "too many unknown join keys from one address, with --timeout 1s", UpErrors::tooMany));

  /// What this machine lacks, or has and should not.
  static final List<ErrorCase> MACHINE =
      List.of(
          when("unknown option", attempt -> attempt.fails("l", "up", "--quickly")),
          when(
              "interface name not allowed",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--interface", "a/b")),
          when(
              "candidate that is no address and port",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--candidate", "here")),
          when(
              "--mode that is none",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--mode", "fast")),
          when(
              "native mode without CAP_NET_RAW",
              attempt ->
                  attempt
                      .key(good(attempt))
                      .by("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw")
                      .fails("l", "up", "--mode", "native")),
          when(
              "--log-level that is none",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--log-level", "loud")),
          when(
              "--metrics without port",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--metrics", "9586")),
          when(
              "metrics address of another machine",
              attempt ->
                  attempt.key(good(attempt)).fails("l", "up", "--metrics", "203.0.113.9:9586")),
          when(
              "not root",
              attempt ->
                  attempt
                      .key(good(attempt))
                      .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                      .fails("l", "up")),
          when(
              "helper mode without a helper",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--mode", "helper")),
          when(
              "helper mode for a user whom the helper does not serve",
              attempt -> withHelper(attempt, "--interface=adit0")),
          when(
              "helper mode with an interface that the helper does not serve",
              attempt -> withHelper(attempt, "--interface=adit1", "--allow-user=root")),
          when(
              "no TUN device, and no WireGuard in the kernel",
              attempt ->
                  attempt
                      .key(good(attempt))
                      .after("mount -t tmpfs none /dev/net")
                      .fails("l", "up")),
          when(
              "no wireguard-go, and no WireGuard in the kernel",
              attempt -> attempt.key(good(attempt)).after(HIDE_WIREGUARD).fails("l", "up")),
          when(
              "--wireguard-go names no program",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--wireguard-go", "/no")),
          when(
              "wireguard-go cannot make the interface",
              attempt ->
                  attempt
                      .key(good(attempt))
                      .after("mount --bind /dev/null /dev/net/tun")
                      .fails("l", "up")),
          when("interface of another program", UpErrors::foreignInterface),
          when(
              "state folder cannot be made",
              attempt ->
                  attempt.key(good(attempt)).fails("l", "up", "--state-dir", "/proc/version")),
          when(
              "run folder cannot be made",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--run-dir", "/proc/version")),
          when("damaged key in the state folder", UpErrors::damagedKey));

  /// Agents that run, or have run, for another network.
  static final List<ErrorCase> JOINED =
      List.of(
          when("agent already up with another coordinator", UpErrors::alreadyUp),
          when(
              "new identity while the agent runs",
              attempt -> attempt.key(good(attempt)).fails("l", "up", "--new-identity")),
          when("machine already in another network", UpErrors::alreadyJoined));

  /// The last ones: the server is stopped for them.
  static final List<ErrorCase> WITHOUT_SERVER =
      List.of(
          when("again while the agent still tries", UpErrors::again),
          when(
              "server unreachable",
              attempt -> attempt.key(good(attempt)).failsAndGoesOn("l", "up")),
          when("server silent", UpErrors::silent));

  /// The first join key; good for 100 nodes.
  private static String good(Attempt attempt) throws IOException {
    return attempt.world.key();
  }

  private static String newKey(World world, String... options) throws IOException {
    var words = Stream.concat(Stream.of("key", "create", "--out", "-"), Stream.of(options));
    Outcome made = world.adit("srv", words.toArray(String[]::new));
    assertThat(made.status()).as(made.output()).isZero();
    return made.output().strip();
  }

  /// The key with another good character `fromEnd` characters before its end.
  private static String changed(String key, int fromEnd) {
    return changed(key, fromEnd, key.charAt(key.length() + fromEnd) == 'A' ? 'B' : 'A');
  }

  private static String changed(String key, int fromEnd, char now) {
    int at = key.length() + fromEnd;
    return key.substring(0, at) + now + key.substring(at + 1);
  }

  /// Every way of cutting is tried by the key's own test; here one from the middle of a part.
  private static void cutOff(Attempt attempt) throws IOException {
    String key = good(attempt);
    attempt.key(key.substring(0, key.length() - 17)).fails("l", "up");
  }

  private static void expired(Attempt attempt) throws IOException {
    String key = newKey(attempt.world, "--expires", "1s");
    World.pass(Duration.ofSeconds(2));
    attempt.key(key).fails("l", "up");
  }

  private static void usedUp(Attempt attempt) throws IOException {
    String key = newKey(attempt.world);
    assertThat(attempt.world.adit("r", "up", "--key", key).status()).isZero();
    attempt.key(key).fails("l", "up");
  }

  private static void revoked(Attempt attempt) throws IOException {
    String key = newKey(attempt.world);
    String id = key.split("\\.")[key.split("\\.").length - 3];
    assertThat(attempt.world.adit("srv", "key", "revoke", id).status()).isZero();
    attempt.key(key).fails("l", "up");
  }

  private static void tooMany(Attempt attempt) throws IOException {
    String wrong = changed(good(attempt), -60);
    // Ten a minute, one more every 6 s: forty at once leave the next one some seconds to wait.
    try (var swarm = SwarmProcess.start(attempt.world, "l", wrong, 40, "wrong", Duration.ZERO)) {
      World.await(
          Duration.ofSeconds(30),
          () -> swarm.count("refused") + " of 40 were refused",
          () -> swarm.said("refused").contains("rate_limited"));
    }
    attempt.key(wrong).failsAndGoesOn("l", "up", "--timeout", "1s");
  }

  private static void withHelper(Attempt attempt, String... options) throws IOException {
    Process helper = OrdinaryUser.helper(attempt.world, "l", options);
    attempt.key(good(attempt)).fails("l", "up", "--mode", "helper");
    World.end(helper);
  }

  private static void foreignInterface(Attempt attempt) throws IOException {
    String namespace = attempt.world.lab.namespace("l");
    var _ =
        Outcome.mustSucceed(
            List.of(
                "ip", "-n", namespace, "link", "add", "adit0", "type", "veth", "peer", "foreign"));
    attempt.key(good(attempt)).fails("l", "up");
    var _ = Outcome.mustSucceed(List.of("ip", "-n", namespace, "link", "delete", "adit0"));
  }

  private static void damagedKey(Attempt attempt) throws IOException {
    Path state = attempt.world.lab.lib("l").resolve("adit");
    Files.createDirectories(state);
    Files.writeString(state.resolve("node.key"), "not a key\n");
    attempt.key(good(attempt)).fails("l", "up");
    forget(attempt.world);
  }

  private static void alreadyUp(Attempt attempt) throws IOException {
    attempt.world.up("l");
    attempt.key(changed(good(attempt), -10)).fails("l", "up");
  }

  private static void alreadyJoined(Attempt attempt) throws IOException {
    down(attempt.world);
    attempt.key(changed(good(attempt), -10)).fails("l", "up");
    forget(attempt.world);
  }

  private static void again(Attempt attempt) throws IOException {
    World world = attempt.world;
    world.stopServer();
    var _ = world.start("l", "trying", "up", "--foreground", "--key", good(attempt));
    Path socket = world.lab.run("l").resolve("adit").resolve("agent.sock");
    World.await(Duration.ofSeconds(20), "the agent listens", () -> LocalServer.isLive(socket));
    attempt.key(good(attempt)).fails("l", "up");
    down(world);
  }

  /// Ends the agent of host `l`; returns when no process is left there.
  private static void down(World world) throws IOException {
    assertThat(world.adit("l", "down").status()).isZero();
    List<String> processes = List.of("ip", "netns", "pids", world.lab.namespace("l"));
    World.await(
        Duration.ofSeconds(10),
        "nothing runs on l",
        () -> {
          try {
            return Outcome.mustSucceed(processes).isBlank();
          } catch (IOException e) {
            return false;
          }
        });
  }

  /// An address behind a router that drops what goes there.
  private static void silent(Attempt attempt) throws IOException {
    World world = attempt.world;
    String rule =
        "table inet silence { chain in { type filter hook input priority 0; tcp dport 443 drop; }; }";
    String _ = world.nft("srv", rule);
    attempt.key(good(attempt)).failsAndGoesOn("l", "up");
    String _ = world.nft("srv", "delete table inet silence");
  }

  /// Host `l` is as if it had never joined.
  private static void forget(World world) throws IOException {
    try (Stream<Path> all = Files.walk(world.lab.lib("l").resolve("adit"))) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
