package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.output.OutputOption;
import dev.adit.cli.output.Table;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.relay.StunPorts;
import dev.adit.relay.pages.OwnMap;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.derp.DerpMap;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit relay describe`
@Command(
    name = "describe",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    description = {
      "Prints what adit serve --relay-file must know of this relay: its key, pins, addresses and"
          + " ports. Makes key and certificate if there are none yet.",
      "With --as-derpmap: a map with this relay alone, in Tailscale's JSON.",
      "Give it the same options as the relay itself, or write them into /etc/adit/relay.toml."
    })
final class RelayDescribeCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin ServerOptions server = new ServerOptions();
  @Mixin CertificateOptions certificates = new CertificateOptions();
  @Mixin RelayOptions options = new RelayOptions();
  @Mixin OutputOption output = new OutputOption();

  @Option(
      names = "--as-derpmap",
      description = {
        "Print a map with this relay alone, as a running one shows it on /derpmap: JSON for Tailscale's"
            + " clients and for --derpmap.",
        "A self-signed certificate is pinned in it."
      })
  boolean asMap;

  /// @param certName as [RelayParts#certName] has it
  private record Described(RelayDescription relay, String certName) {}

  @Override
  public Integer call() throws IOException, MalformedException {
    Described described = describe(options.config(server));
    if (asMap) {
      printMap(described);
    } else {
      output.print(
          spec.commandLine().getOut(),
          described.relay().json(),
          relay -> table(relay, described.certName()));
    }
    return Failure.DONE;
  }

  private void printMap(Described described) throws MalformedException {
    DerpMap map = OwnMap.of(described.relay(), described.certName(), false);
    if (map == null) {
      throw Failure.usage("no name and no address is known; give --address or --hostname");
    }
    output.printJson(spec.commandLine().getOut(), map.toJson());
  }

  /// Opens the relay without its sockets, which a running one may hold.
  private Described describe(ServerConfig config) {
    try {
      StateFiles.createFolder(config.stateDir());
      SecureRandom random = new SecureRandom();
      ServerCertificate certificate =
          options.isDevelopment()
              ? null
              : RelayParts.certificate(config, certificates, List.of(), random);
      RelayConfig silent =
          RelayParts.config(config, List.of(), certificates.hosts(), certificate).withoutStun();
      PrivateKey key = options.key(config.stateDir(), random);
      try (Relay relay = Relay.open(silent, key, new OpenAdmission(), Clock.SYSTEM, random)) {
        return new Described(
            withStun(relay.description(), StunPorts.promised(config.stun(), config.stunOther())),
            RelayParts.certName(certificate).get());
      }
    } catch (IOException e) {
      throw RelayParts.failure(e);
    }
  }

  private static RelayDescription withStun(RelayDescription relay, List<Integer> ports) {
    return new RelayDescription(
        relay.key(),
        relay.udpKey(),
        relay.name(),
        relay.region(),
        relay.regionId(),
        relay.hosts(),
        relay.addresses(),
        relay.tcp(),
        ports,
        relay.certPins(),
        ports.isEmpty()
            ? relay.capabilities()
            : List.of(RelayDescription.DERP, RelayDescription.STUN));
  }

  private static String table(JsonObject relay, String certName) throws MalformedException {
    return new Table("NAME", relay.string("name"))
        .row("KEY", relay.string("key"))
        .row("REGION", relay.string("region") + " (" + relay.integer("regionId") + ")")
        .row("HOSTS", String.join(", ", relay.strings("hosts", RelayDescription.MAX_LIST)))
        .row("ADDRESSES", String.join(", ", relay.strings("addresses", RelayDescription.MAX_LIST)))
        .row("TCP", Long.toString(relay.integer("tcp")))
        .row("UDP", relay.integers("udp", RelayDescription.MAX_LIST, 1, 0xffff).toString())
        .row(
            "CERTIFICATE PINS",
            String.join(", ", relay.strings("certPins", RelayDescription.MAX_LIST)))
        .row("CERTNAME IN A DERP MAP", certName)
        .toString();
  }
}
