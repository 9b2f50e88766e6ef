package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.net.frontdoor.Proxies;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Whom a server believes about where connections come from (a picocli mixin): nobody, unless
/// named.
final class ProxyOptions {
  @Option(
      names = "--proxy-protocol-from",
      split = ",",
      paramLabel = "PREFIX",
      description = {
        "Load balancer in front of this server, address or prefix, repeatable (default: none).",
        "Its connections must begin with a PROXY header, version 1 or 2; nobody else's may."
      })
  List<String> introducing = List.of();

  @Option(
      names = "--forwarded-from",
      split = ",",
      paramLabel = "PREFIX",
      description =
          "HTTP proxy in front of this server, whose X-Forwarded-For is believed, address or"
              + " prefix, repeatable (default: none).")
  List<String> forwarding = List.of();

  /// @throws Failure naming the option that is wrong
  Proxies proxies() {
    return new Proxies(
        prefixes("--proxy-protocol-from", introducing), prefixes("--forwarded-from", forwarding));
  }

  private static List<Prefix> prefixes(String option, List<String> texts) {
    List<Prefix> prefixes = new ArrayList<>();
    for (String text : texts) {
      try {
        prefixes.add(
            text.indexOf('/') < 0 ? Prefix.host(IpAddress.parse(text)) : Prefix.parse(text));
      } catch (MalformedException e) {
        throw Failure.usage(option + " " + text + ": expected an address, or one like 10.0.0.0/8");
      }
    }
    return prefixes;
  }
}
