package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.Version;
import dev.adit.cli.relay.RelayCloseCommand;
import dev.adit.cli.relay.RelayDebugCommand;
import dev.adit.cli.relay.RelayDrainCommand;
import dev.adit.cli.relay.RelayProbeCommand;
import dev.adit.cli.relay.RelayStatusCommand;
import dev.adit.core.admission.Admission;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.DoorOptions;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.relay.StunPorts;
import dev.adit.relay.admin.DebugPages;
import dev.adit.relay.admin.RelayConsole;
import dev.adit.wire.derp.MeshKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit relay`: a relay alone, DERP and STUN.
@Command(
    name = "relay",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    addMethodSubcommands = false,
    subcommands = {
      RelayDescribeCommand.class,
      RelayStatusCommand.class,
      RelayCloseCommand.class,
      RelayDebugCommand.class,
      RelayDrainCommand.class,
      RelayProbeCommand.class,
    },
    description = {
      "Runs a relay alone: DERP on a TCP port and STUN on a UDP port.",
      "Say whom it serves: --join with a join key of a coordinator, which then tells it; --allow-file"
          + " with the keys that adit node list --keys prints; --allow; or --open for everybody.",
      "adit relay describe prints what adit serve --relay-file reads."
    })
public final class RelayCommand implements Callable<Integer> {
  private static final long END_AFTER_NANOS = 100_000_000;
  private static final Path DEFAULT_RUN_DIR = Path.of("/run/adit");

  @Spec CommandSpec spec;

  @Mixin ServerOptions server = new ServerOptions();

  @Mixin CertificateOptions certificates = new CertificateOptions();

  @Mixin RelayOptions options = new RelayOptions();

  @Mixin LimitOptions limits = new LimitOptions();

  @Mixin TcpOptions tcp = new TcpOptions();

  @Mixin DebugOptions debug = new DebugOptions();

  @Option(
      names = "--no-derp",
      description = "Run no relay: STUN and the pages alone; /derp answers 404.")
  boolean noDerp;

  @Mixin MapOptions map = new MapOptions();

  @Mixin PageOptions pages = new PageOptions(true);

  @Mixin ProxyOptions proxies = new ProxyOptions();

  @Mixin AdmissionOptions admission = new AdmissionOptions();

  @Mixin MeshOptions mesh = new MeshOptions();

  @Option(
      names = "--run-dir",
      paramLabel = "FOLDER",
      description =
          "Where the local socket goes, for adit relay status and adit metrics --relay (default:"
              + " /run/adit, if it can be written).")
  @Nullable Path runDir;

  @Override
  public Integer call() throws IOException {
    ServerConfig config = options.config(server);
    admission.check(config.stateDir());
    DoorOptions doorOptions = tcp.door().with(proxies.proxies());
    debug.check();
    limits.check();
    pages.check();
    CertificateOptions.Mode _ = certificates.mode(config);
    MeshKey meshKey = mesh.key();
    FreePorts.check(
        config, pages, certificates, StunPorts.required(config.stun(), config.stunOther()));
    try (OpenedParts opened = new OpenedParts()) {
      start(opened, config, doorOptions, meshKey);
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          "relaying on " + config.listen().get(0) + "; adit relay describe tells how to use it");
      out.flush();
      admission.warn(spec.commandLine().getErr());
      opened.untilSignal();
    }
    return Failure.DONE;
  }

  private void start(
      OpenedParts opened, ServerConfig config, DoorOptions doorOptions, @Nullable MeshKey meshKey) {
    try {
      List<Readings.Source> counted = new ArrayList<>();
      SecureRandom random = new SecureRandom();
      Admission admitted = admission.open(opened, counted, config.stateDir(), random);
      ServerCertificate certificate = null;
      if (!options.isDevelopment()) {
        StateFiles.createFolder(config.stateDir());
        certificate = RelayParts.certificate(config, certificates, List.of(), random);
      }
      RelayConfig plain = RelayParts.config(config, List.of(), certificates.hosts(), certificate);
      RelayConfig relayConfig = plain.withDerp(limits.derp(plain.derp()).withMeshKey(meshKey));
      PrivateKey key = options.key(config.stateDir(), random);
      Relay relay = opened.add(Relay.open(relayConfig, key, admitted, Clock.SYSTEM, random));
      RequestRoutes routes = new RequestRoutes();
      routes = noDerp ? routes.derpOff() : relay.addTo(routes);
      ServerMetrics metrics = new ServerMetrics("relay");
      DebugPages debugPages = RelayParts.debugPages(metrics);
      HttpHandler debugOverHttp = debug.addTo(routes, debugPages);
      Reloads reloads = new Reloads();
      map.addTo(routes, reloads);
      limits.apply(relay.router(), reloads);
      tcp.measure(opened, relay);
      debug.logDrops(relay);
      pages.addTo(
          routes, opened, relay, !noDerp, RelayParts.certName(certificate), counted, random);
      FrontDoor door =
          opened.add(
              FrontDoor.start(
                  FrontDoorConfig.of(
                          config.listen(),
                          certificate == null
                              ? null
                              : certificate.tls(noDerp ? null : RelayParts.meta(relay, random)))
                      .with(doorOptions),
                  routes));
      if (certificate != null) {
        pages.listenPlain(door, config.listen(), certificate.challenges(), debugOverHttp);
      }
      if (meshKey != null) {
        mesh.link(opened, relay, meshKey, random);
      }
      counted.add(0, relay.metrics());
      counted.add(1, door::read);
      if (certificate != null) {
        certificate.start(opened, certificates, pages.httpPort);
        counted.add(certificate::read);
      }
      metrics.of(counted);
      metrics.listen(opened, config);
      localSocket(opened, metrics, RelayParts.console(relay, debugPages, RelayCommand::end));
      reloads.follow();
      RelayParts.drainFirst(opened, relay);
      admission.started(key, relay);
    } catch (IOException e) {
      opened.close();
      throw RelayParts.failure(e);
    }
  }

  /// As if a signal had come; the answer to whoever asked for it leaves first.
  private static void end() {
    Thread _ =
        Thread.ofPlatform()
            .name("end")
            .start(() -> {
              LockSupport.parkNanos(END_AFTER_NANOS);
              System.exit(Failure.DONE);
            });
  }

  /// A relay that may not write to the default folder does without.
  private void localSocket(OpenedParts opened, ServerMetrics metrics, RelayConsole console)
      throws IOException {
    Path folder = runDir == null ? DEFAULT_RUN_DIR : runDir;
    try {
      Files.createDirectories(folder);
      metrics.socket(
          opened,
          folder.resolve("relay.sock"),
          LocalServer.EVERYBODY,
          console,
          LocalLimits.agent());
    } catch (IOException e) {
      if (runDir != null) {
        throw e;
      }
      LogLine.info(LoggerFactory.getLogger(RelayCommand.class), "no_local_socket")
          .addKeyValue("folder", folder)
          .addKeyValue("reason", e.getMessage())
          .log("no local socket, so no adit metrics --relay and no adit relay status");
    }
  }
}
