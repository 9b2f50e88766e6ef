package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.Version;
import dev.adit.cli.output.Terminal;
import dev.adit.cli.output.WaitingLine;
import dev.adit.coordinator.Coordinator;
import dev.adit.coordinator.CoordinatorConfig;
import dev.adit.net.Clock;
import dev.adit.net.certificates.RelayMeta;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.DoorOptions;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.relay.StunPorts;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.Sha256;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit serve`: coordinator and relay in one process, behind one TCP port.
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    description = {
      "Runs coordinator and relay in one process, for small sites. The first start makes everything"
          + " that is needed, and a join key.",
      "Needs one TCP port (443) and one UDP port (3478)."
    })
public final class ServeCommand implements Callable<Integer> {
  private static final int LARGEST_RELAY_FILE = 1024 * 1024;

  @Spec CommandSpec spec;

  @Mixin ServerOptions server = new ServerOptions();

  @Mixin CertificateOptions certificates = new CertificateOptions();

  @Mixin LimitOptions limits = new LimitOptions();

  @Mixin TcpOptions tcp = new TcpOptions();

  @Mixin PageOptions pages = new PageOptions(false);

  @Option(
      names = "--url",
      split = ",",
      paramLabel = "URL",
      description =
          "Where nodes reach this server, https://HOST[:PORT], repeatable; the first one goes into"
              + " join keys (default: this machine's address on the default route).")
  List<String> urls = List.of();

  @Option(
      names = "--run-dir",
      paramLabel = "FOLDER",
      defaultValue = "/run/adit",
      description = "Where the local socket goes (default: ${DEFAULT-VALUE}).")
  Path runDir = Path.of("/run/adit");

  @Option(names = "--no-derp", description = "Run no relay here.")
  boolean noDerp;

  @Option(
      names = "--relay-file",
      split = ",",
      paramLabel = "FILE",
      description =
          "Tell nodes of the relays described here, as adit relay describe -o json prints them;"
              + " repeatable.")
  List<Path> relayFiles = List.of();

  @Override
  public Integer call() throws IOException {
    ServerConfig config = server.config();
    CertificateOptions.Mode _ = certificates.mode(config);
    DoorOptions doorOptions = tcp.door();
    limits.check();
    pages.check();
    List<HttpsUrl> places = urls(config);
    List<RelayDescription> others = relaysOfFiles();
    FreePorts.check(
        config,
        pages,
        certificates,
        noDerp ? List.of() : StunPorts.required(config.stun(), config.stunOther()));
    Path socket = runDir.resolve("coordinator.sock");
    if (LocalServer.isLive(socket)) {
      throw Failure.failed(
          "another adit serve runs here ("
              + socket
              + "); choose another --run-dir and --state-dir");
    }
    try (OpenedParts opened = new OpenedParts()) {
      Coordinator coordinator;
      try (var _ = WaitingLine.soon("opening keys, certificate and database")) {
        coordinator = open(opened, config, doorOptions, places, others);
      }
      announce(coordinator, places.get(0));
      opened.untilSignal();
    }
    return Failure.DONE;
  }

  private Coordinator open(
      OpenedParts opened,
      ServerConfig config,
      DoorOptions doorOptions,
      List<HttpsUrl> places,
      List<RelayDescription> others) {
    try {
      StateFiles.createFolder(config.stateDir());
      Files.createDirectories(runDir);
      SecureRandom random = new SecureRandom();
      ServerCertificate certificate = RelayParts.certificate(config, certificates, places, random);
      List<RelayDescription> relays = new ArrayList<>();
      List<Readings.Source> counted = new ArrayList<>();
      RequestRoutes routes = new RequestRoutes();
      LateAdmission admission = new LateAdmission();
      RelayMeta meta = null;
      Relay relay = null;
      Reloads reloads = new Reloads();
      if (!noDerp) {
        RelayConfig plain = RelayParts.config(config, places, certificates.hosts(), certificate);
        relay =
            opened.add(
                Relay.open(
                    plain.withDerp(limits.derp(plain.derp())), admission, Clock.SYSTEM, random));
        meta = RelayParts.meta(relay, random);
        relays.add(relay.description());
        counted.add(relay.metrics());
        var _ = relay.addTo(routes);
        limits.apply(relay.router(), reloads);
        tcp.measure(opened, relay);
        pages.addTo(routes, opened, relay, true, RelayParts.certName(certificate), counted, random);
      }
      relays.addAll(others);
      Coordinator coordinator =
          opened.add(
              Coordinator.open(
                  new CoordinatorConfig(
                      config.stateDir(),
                      places,
                      List.of(Sha256.of(certificate.pin())),
                      relays,
                      OwnAddresses.inUse(),
                      "adit " + Version.number()),
                  Clock.SYSTEM,
                  random));
      admission.become(coordinator.admission());
      routes
          .http(Coordinator.IDENTITY_PATH, coordinator.identity())
          .message(
              Coordinator.STREAM_PATH,
              Coordinator.SUBPROTOCOL,
              coordinator.agentStream(),
              coordinator.gate())
          .http(Coordinator.VERIFY_PATH, coordinator.verify(), Coordinator.VERIFY_BYTES)
          .http(Coordinator.API_PREFIX, coordinator.api());
      FrontDoor door =
          opened.add(
              FrontDoor.start(
                  FrontDoorConfig.of(config.listen(), certificate.tls(meta)).with(doorOptions),
                  routes));
      pages.listenPlain(door, config.listen(), certificate.challenges(), null);
      counted.add(0, coordinator::read);
      counted.add(door::read);
      certificate.start(opened, certificates, pages.httpPort);
      counted.add(certificate::read);
      ServerMetrics metrics = new ServerMetrics("serve");
      metrics.of(counted);
      metrics.listen(opened, config);
      metrics.socket(
          opened,
          runDir.resolve("coordinator.sock"),
          LocalServer.OWNER,
          relay == null
              ? coordinator.api()
              : RelayParts.console(relay, RelayParts.debugPages(metrics), null)
                  .before(coordinator.api()),
          LocalLimits.coordinator());
      if (relay != null) {
        RelayParts.drainFirst(opened, relay);
      }
      reloads.follow();
      AutoCloseable _ = opened.add(coordinator::drain);
      return coordinator;
    } catch (IOException e) {
      opened.close();
      throw RelayParts.failure(e);
    }
  }

  private List<HttpsUrl> urls(ServerConfig config) {
    List<HttpsUrl> places = new ArrayList<>();
    for (String text : urls) {
      try {
        places.add(HttpsUrl.parse(text));
      } catch (MalformedException e) {
        throw Failure.usage("--url " + text + ": " + e.getMessage());
      }
    }
    if (places.isEmpty()) {
      IpAddress own = OwnAddresses.onDefaultRoute();
      if (own == null) {
        throw Failure.usage(
            "this machine has no default route; say where nodes reach it: --url https://HOST");
      }
      places.add(new HttpsUrl(own.toString(), config.tcpPort()));
    }
    return places;
  }

  private List<RelayDescription> relaysOfFiles() {
    List<RelayDescription> relays = new ArrayList<>();
    for (Path file : relayFiles) {
      try {
        byte[] json = StateFiles.read(file.toAbsolutePath(), LARGEST_RELAY_FILE);
        relays.addAll(RelayDescription.parseAll(new String(json, StandardCharsets.UTF_8)));
      } catch (IOException | MalformedException e) {
        throw Failure.failed("relay file " + file + ": " + e.getMessage());
      }
    }
    return relays;
  }

  /// Says how to go on. A secret goes to a terminal only (control R-ADM-5).
  private void announce(Coordinator coordinator, HttpsUrl url) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.println("serving " + url + (noDerp ? " (coordinator)" : " (coordinator and relay)"));
    JoinKey key = coordinator.firstJoinKey();
    if (key == null) {
      out.println("for another node: adit key create");
    } else if (Terminal.isStandardOutput()) {
      out.println("join key, for up to 100 machines within 24 hours of the first start:");
      out.println("  " + key.text());
      out.println("on each machine:");
      out.println("  adit up " + key.text());
    } else {
      out.println("join key: " + coordinator.joinKeyFile());
    }
    out.flush();
  }
}
