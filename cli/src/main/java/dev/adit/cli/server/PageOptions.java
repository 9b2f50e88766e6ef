package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.net.dns.DnsLookup;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.PlainPort;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.relay.pages.BootstrapDns;
import dev.adit.relay.pages.BootstrapName;
import dev.adit.relay.pages.HomePage;
import dev.adit.relay.pages.OwnMap;
import dev.adit.relay.pages.Pages;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a relay answers to requests that are not DERP's, and on which port besides its own (a
/// picocli mixin).
final class PageOptions {
  private static final int NO_PORT = -1;

  private final boolean homeEverywhere;

  @Option(
      names = "--home",
      paramLabel = "MODE",
      defaultValue = "",
      description =
          "Home page: blank, none, or a URL to lead to (default: a page that says what this is).")
  String home = "";

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "" + NO_PORT,
      description = {
        "Port for plain HTTP, usually 80, at the addresses of --listen; -1 for none (default:"
            + " ${DEFAULT-VALUE}).",
        "It answers /generate_204, by which clients find captive portals, and leads everybody else"
            + " to HTTPS."
      })
  int httpPort = NO_PORT;

  @Option(
      names = "--bootstrap-dns",
      paramLabel = "NAMES",
      defaultValue = "",
      description =
          "Names, by commas, whose addresses /bootstrap-dns tells clients without DNS (default:"
              + " none).")
  String bootstrapNames = "";

  @Option(
      names = "--bootstrap-dns-unpublished",
      paramLabel = "NAMES",
      defaultValue = "",
      description = {
        "Names that it tells only to whoever asks for one of them (default: none).",
        "NAME/TXT-NAME: only to as many percent of the clients as TXT-NAME's TXT record says."
      })
  String unpublishedNames = "";

  /// @param homeEverywhere see [Pages]
  PageOptions(boolean homeEverywhere) {
    this.homeEverywhere = homeEverywhere;
  }

  /// @throws Failure naming the option that is wrong
  void check() {
    checked("--home " + home, () -> HomePage.of(home, true));
    checked("--bootstrap-dns", () -> BootstrapName.parse(bootstrapNames));
    checked("--bootstrap-dns-unpublished", () -> BootstrapName.parse(unpublishedNames));
    if (httpPort != NO_PORT && (httpPort < 0 || httpPort > 0xffff)) {
      throw Failure.usage("--http-port " + httpPort + ": expected 1 to 65535, or -1 for none");
    }
  }

  private static void checked(String option, Supplier<?> value) {
    try {
      var _ = value.get();
    } catch (IllegalArgumentException e) {
      throw Failure.usage(option + ": " + e.getMessage());
    }
  }

  /// Adds the pages to what a relay serves.
  ///
  /// @param derp whether it passes packets
  /// @param certName asked each time, see [OwnMap#of]
  /// @param counted gets what the pages count
  void addTo(
      RequestRoutes routes,
      OpenedParts opened,
      Relay relay,
      boolean derp,
      Supplier<String> certName,
      List<Readings.Source> counted,
      RandomGenerator random) {
    var _ =
        new Pages(
                HomePage.of(home, derp),
                homeEverywhere,
                bootstrapDns(opened, counted, random),
                () -> OwnMap.of(relay.description(), certName.get(), httpPort == 80))
            .addTo(routes);
  }

  private @Nullable BootstrapDns bootstrapDns(
      OpenedParts opened, List<Readings.Source> counted, RandomGenerator random) {
    List<BootstrapName> published = BootstrapName.parse(bootstrapNames);
    List<BootstrapName> unpublished = BootstrapName.parse(unpublishedNames);
    if (published.isEmpty() && unpublished.isEmpty()) {
      return null;
    }
    BootstrapDns dns =
        opened.add(BootstrapDns.open(published, unpublished, DnsLookup.SYSTEM, random));
    counted.add(dns);
    return dns;
  }

  /// Listens on the plain port too, if there is to be one.
  ///
  /// @param challenges answers a certificate authority; null if none asks
  /// @param debug what the server's own port answers below `/debug`; null for nothing special
  void listenPlain(
      FrontDoor door,
      List<Endpoint> listen,
      @Nullable HttpHandler challenges,
      @Nullable HttpHandler debug)
      throws IOException {
    for (Endpoint plain : plainPorts(listen)) {
      var _ =
          door.listenPlain(plain, PlainPort.routes(listen.getFirst().port(), challenges, debug));
    }
  }

  /// Where it is to listen; nowhere if there is no plain port.
  ///
  /// @param listen where the server itself does
  List<Endpoint> plainPorts(List<Endpoint> listen) {
    return httpPort == NO_PORT
        ? List.of()
        : listen.stream().map(main -> new Endpoint(main.address(), httpPort)).distinct().toList();
  }
}
