package dev.adit.systemtests.lab;

import static dev.adit.systemtests.lab.ErrorCase.when;

import java.io.IOException;
import java.util.List;

/// What can go wrong with `adit demo`, row by row.
final class DemoErrors {
  /// For a mount namespace of our own: a TUN device with these permissions, whatever the machine's
  /// has.
  static final String TUN =
      "mount -t tmpfs -o mode=755 none /dev/net && mknod /dev/net/tun c 10 200 && chmod %s /dev/net/tun\n";

  private static final String OPEN_TUN = TUN.formatted("666");
  private static final String USER = "exec setpriv --reuid=65534 --regid=65534 --clear-groups ";

  /// In a user namespace in which the same user has the same id, but may change its limits.
  private static final String LIMITED =
      "unshare --map-current-user --keep-caps sh -c 'echo %s > /proc/sys/user/max_user_namespaces"
          + " && exec %s \"$@\"' sh ";

  private DemoErrors() {}

  static final List<ErrorCase> ALL =
      List.of(
          when("demo: no such row", attempt -> attempt.fails("l", "demo", "--rows", "sym")),
          when("demo: no such site", attempt -> attempt.fails("l", "demo", "--rows", "sym:cone")),
          when(
              "demo: same LAN on the left",
              attempt -> attempt.fails("l", "demo", "--rows", "same:sym")),
          when(
              "demo: IPv4 opposite IPv6",
              attempt -> attempt.fails("l", "demo", "--rows", "sym-sym,sym:fw+v6")),
          when("demo: no TUN device", attempt -> asUser(attempt, "mount -t tmpfs none /dev/net\n")),
          when("demo: TUN device of root alone", attempt -> asUser(attempt, TUN.formatted("600"))),
          when(
              "demo: packages missing, and not root",
              attempt ->
                  asUser(attempt, OPEN_TUN + "mount -t tmpfs none /usr/sbin\n")), // hides nft
          when(
              "demo: namespaces forbidden by a setting",
              attempt -> asUser(attempt, OPEN_TUN, LIMITED.formatted("0", ""))),
          when(
              "demo: namespaces forbidden otherwise",
              attempt ->
                  asUser(
                      attempt,
                      OPEN_TUN,
                      // the limit above ours is used up, ours says nothing
                      LIMITED.formatted("1", "unshare --map-current-user"))));

  private static void asUser(Attempt attempt, String before) throws IOException {
    asUser(attempt, before, "");
  }

  /// @param before lines of shell that root runs
  /// @param with words before our command
  private static void asUser(Attempt attempt, String before, String with) throws IOException {
    attempt
        .by("sh", "-c", before + USER + with + "\"$@\"", "sh")
        .fails("l", "demo", "--rows", "port-port");
  }
}
