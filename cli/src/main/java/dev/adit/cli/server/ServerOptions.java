package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.launch.LogOptions;
import dev.adit.relay.RelayConfig;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every server (a picocli mixin).
final class ServerOptions {
  static final String DEFAULT_LISTEN = "[::]:443";

  private static final int MAX_ADDRESSES = 8;

  @Option(
      names = "--listen",
      split = ",",
      paramLabel = "ADDR:PORT",
      defaultValue = DEFAULT_LISTEN,
      description = "TCP address to listen on, repeatable (default: ${DEFAULT-VALUE}).")
  List<String> listen = List.of();

  @Option(
      names = "--stun",
      split = ",",
      paramLabel = "ADDR:PORT",
      defaultValue = "[::]:3478",
      description = {
        "UDP address for STUN, repeatable (default: ${DEFAULT-VALUE}).",
        "Port 3478 brings ports 40000 and 443 with it, where no other program has them."
      })
  List<String> stun = List.of();

  @Option(
      names = "--stun-other",
      split = ",",
      paramLabel = "ADDR:PORT",
      description = {
        "Second UDP address and port for STUN (RFC 5780), one per family (default: none).",
        "With it, nodes find out what their NAT or firewall lets in. The address must be this machine's"
            + " own, the port another than that of --stun; [::]:PORT is a second port alone."
      })
  List<String> stunOther = List.of();

  @Option(
      names = "--address",
      split = ",",
      paramLabel = "IP",
      description =
          "Address under which nodes reach this machine's relay, repeatable, at most 8 (default:"
              + " every global address).")
  List<String> addresses = List.of();

  @Option(
      names = "--metrics",
      paramLabel = "ADDR:PORT",
      description = {
        "TCP address for GET /metrics, such as 127.0.0.1:9586 (default: none; adit metrics prints them).",
        "Plain HTTP, open to whoever reaches it; no key, name or address is in it."
      })
  @Nullable String metrics;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = LogOptions.LEVEL,
      description = {
        "What goes to standard error: error, warn, info, debug or trace (default: ${DEFAULT-VALUE}).",
        "Only debug and trace show addresses."
      })
  String logLevel = LogOptions.LEVEL;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      defaultValue = LogOptions.FORMAT,
      description = "text, or json: one object a line (default: ${DEFAULT-VALUE}).")
  String logFormat = LogOptions.FORMAT;

  @Option(
      names = "--state-dir",
      paramLabel = "FOLDER",
      defaultValue = "/var/lib/adit",
      description = "Keys, certificate, database (default: ${DEFAULT-VALUE}).")
  Path stateDir = Path.of("/var/lib/adit");

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "TLS certificate and its chain, PEM (default: a self-signed one, made once).")
  @Nullable Path certificate;

  @Option(
      names = "--cert-key",
      paramLabel = "FILE",
      description = "Private key of --cert, PEM, not encrypted.")
  @Nullable Path certificateKey;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the relay, at most 63 characters (default: this host's name).")
  @Nullable String name;

  @Option(
      names = "--region",
      paramLabel = "TEXT",
      defaultValue = RelayConfig.DEFAULT_REGION,
      description = "Where the relay is, for people (default: ${DEFAULT-VALUE}).")
  String region = RelayConfig.DEFAULT_REGION;

  @Option(
      names = "--region-id",
      paramLabel = "NUMBER",
      defaultValue = "" + RelayConfig.DEFAULT_REGION_ID,
      description = "DERP's number of that region, from 1 (default: ${DEFAULT-VALUE}).")
  int regionId = RelayConfig.DEFAULT_REGION_ID;

  /// Also has the log be as it was asked for.
  ///
  /// @throws Failure naming the option that is wrong
  ServerConfig config() throws IOException {
    new LogOptions(logLevel, logFormat).apply();
    try {
      return new ServerConfig(
          endpoints("--listen", listen, "[::]:443 or 192.0.2.1:443"),
          endpoints("--stun", stun, "[::]:3478 or 192.0.2.1:3478"),
          endpoints("--stun-other", stunOther, "192.0.2.2:3479, or [::]:3479 for a port alone"),
          addresses(),
          metrics == null
              ? null
              : endpoints("--metrics", List.of(metrics), "127.0.0.1:9586").getFirst(),
          stateDir,
          certificate,
          certificateKey,
          name == null ? hostName() : name,
          region,
          regionId);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }

  private static List<Endpoint> endpoints(String option, List<String> texts, String example) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (String text : texts) {
      try {
        endpoints.add(Endpoint.parse(onThisMachine(text)));
      } catch (MalformedException e) {
        throw Failure.usage(option + " " + text + ": expected for example " + example);
      }
    }
    return endpoints;
  }

  /// A kernel without IPv6 cannot listen on `[::]`, which is our default.
  static String onThisMachine(String endpoint) {
    return endpoint.startsWith("[::]:") && !Files.exists(Path.of("/proc/net/if_inet6"))
        ? "0.0.0.0:" + endpoint.substring("[::]:".length())
        : endpoint;
  }

  private List<IpAddress> addresses() throws IOException {
    if (addresses.isEmpty()) {
      List<IpAddress> own = OwnAddresses.global();
      return own.subList(0, Math.min(MAX_ADDRESSES, own.size()));
    }
    List<IpAddress> given = new ArrayList<>();
    for (String text : addresses) {
      try {
        given.add(IpAddress.parse(text));
      } catch (MalformedException e) {
        throw Failure.usage("--address " + text + ": expected an IP address");
      }
    }
    if (given.size() > MAX_ADDRESSES) {
      throw Failure.usage("--address: " + given.size() + " given, allowed " + MAX_ADDRESSES);
    }
    return given;
  }

  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.substring(0, Math.min(63, name.length()));
    } catch (UnknownHostException e) {
      return "relay";
    }
  }
}
