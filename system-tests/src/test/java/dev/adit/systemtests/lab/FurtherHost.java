package dev.adit.systemtests.lab;

import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/// Hosts on the right site's LAN beside `r`, which answers ARP for them and forwards: `r1`, `r2`,
/// …. The lab takes them away.
final class FurtherHost {
  private static final int FIRST = 140;

  private FurtherHost() {}

  /// @return its name, good for all that takes a host
  static String add(Lab lab, int number) throws IOException {
    String name = "r" + number;
    String router = lab.address("R_HOST4");
    String address = router.substring(0, router.lastIndexOf('.') + 1) + (FIRST + number);
    Files.createDirectories(lab.run(name));
    Files.createDirectories(lab.lib(name));
    String inside = lab.namespace(name);
    String beside = lab.namespace("r");
    var _ =
        Outcome.mustSucceed(
            List.of(
                "sh",
                "-euc",
                """
                ip netns add $1
                ip -n $2 link add $3 type veth peer name eth0 netns $1
                ip -n $1 link set lo up
                ip -n $1 address add $4/32 dev eth0
                ip -n $1 link set eth0 up
                ip -n $1 route add default via $5 dev eth0 onlink
                ip -n $2 link set $3 up
                ip -n $2 route add $4/32 dev $3
                ip netns exec $2 sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.eth0.proxy_arp=1
                """,
                "sh",
                inside,
                beside,
                name,
                address,
                router));
    return name;
  }
}
