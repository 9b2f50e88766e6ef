package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.Version;
import dev.adit.crypto.Hash;
import dev.adit.net.Clock;
import dev.adit.net.certificates.RelayMeta;
import dev.adit.net.tls.HostAddresses;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.relay.admin.DebugPages;
import dev.adit.relay.admin.RelayConsole;
import dev.adit.relay.admin.RelayOperations;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Text;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.Sha256;
import dev.adit.wire.derp.Derp;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Steps that `serve`, `relay` and `relay describe` share.
final class RelayParts {
  /// Within half of this time clients are asked to connect anew, each at a moment of its own; who
  /// does not know that request is away at its end, and back soon after.
  private static final Duration DRAIN = Duration.ofSeconds(4);

  /// So long clients try before they look for another home.
  private static final Duration TRY_FOR = Duration.ofSeconds(10);

  private RelayParts() {}

  static ServerCertificate certificate(
      ServerConfig config,
      CertificateOptions options,
      List<HttpsUrl> places,
      RandomGenerator random)
      throws IOException {
    List<String> names = names(places);
    List<String> addresses = new ArrayList<>();
    config.addresses().forEach(address -> addresses.add(address.toString()));
    for (HttpsUrl place : places) {
      if (!isName(place.host()) && !addresses.contains(place.host())) {
        addresses.add(place.host());
      }
    }
    for (String host : options.hosts()) {
      List<String> same = isName(host) ? names : addresses;
      if (!same.contains(host)) {
        same.add(host);
      }
    }
    return ServerCertificate.open(config, options, names, addresses, random);
  }

  /// @param places where nodes reach it; empty for a relay that stands alone
  /// @param hosts names and addresses that its certificate is for: whoever gave them says that they
  ///   lead here
  /// @param certificate null for one without TLS
  static RelayConfig config(
      ServerConfig config,
      List<HttpsUrl> places,
      List<String> hosts,
      @Nullable ServerCertificate certificate) {
    List<String> names = names(places);
    List<IpAddress> addresses = new ArrayList<>();
    for (String host : hosts) {
      IpAddress address = HostAddresses.literal(host);
      if (address == null && !names.contains(host)) {
        names.add(host);
      } else if (address != null && !addresses.contains(address)) {
        addresses.add(address);
      }
    }
    for (IpAddress address : config.addresses()) {
      if (!addresses.contains(address) && addresses.size() < RelayDescription.MAX_LIST) {
        addresses.add(address);
      }
    }
    try {
      return new RelayConfig(
          config.stateDir(),
          config.name(),
          config.region(),
          config.regionId(),
          names,
          addresses,
          places.isEmpty() ? config.tcpPort() : places.get(0).port(),
          certificate == null ? List.of() : List.of(Sha256.of(certificate.pin())),
          config.stun(),
          config.stunOther());
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }

  /// What clients check the relay's certificate against (derp §10.4): its hash if nobody vouches
  /// for it, else its name.
  ///
  /// @param certificate null for a relay without TLS
  static Supplier<String> certName(@Nullable ServerCertificate certificate) {
    return () -> {
      if (certificate == null) {
        return "";
      }
      X509Certificate leaf = certificate.shown().leaf();
      if (!leaf.getIssuerX500Principal().equals(leaf.getSubjectX500Principal())) {
        return "";
      }
      try {
        return "sha256-raw:" + Text.hex(Hash.sha256(leaf.getEncoded()));
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException(e); // it was decoded from bytes
      }
    };
  }

  /// What tells clients the relay's key within the TLS handshake.
  static RelayMeta meta(Relay relay, RandomGenerator random) {
    return new RelayMeta(relay.key(), Derp.VERSION, random);
  }

  /// What the operator asks `relay` on its local socket.
  ///
  /// @param end see [RelayOperations]
  static RelayConsole console(Relay relay, DebugPages pages, @Nullable Runnable end) {
    var operations = new RelayOperations(relay, program(), Clock.SYSTEM, end).addTo(pages);
    return new RelayConsole(operations, pages);
  }

  /// @param metrics of the whole process
  static DebugPages debugPages(ServerMetrics metrics) {
    return new DebugPages(metrics::readings, program());
  }

  /// Before anything else ends, the clients are sent away.
  static void drainFirst(OpenedParts opened, Relay relay) {
    AutoCloseable _ = opened.add(() -> relay.drain(DRAIN, TRY_FOR));
  }

  private static String program() {
    return "adit " + Version.number();
  }

  private static List<String> names(List<HttpsUrl> places) {
    List<String> names = new ArrayList<>();
    for (HttpsUrl place : places) {
      if (isName(place.host()) && !names.contains(place.host())) {
        names.add(place.host());
      }
    }
    return names;
  }

  private static boolean isName(String host) {
    return HostAddresses.literal(host) == null;
  }

  /// What kept a server from starting, with what to do about it.
  static Failure failure(IOException cause) {
    return Failure.of(cause);
  }
}
