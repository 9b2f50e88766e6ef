package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.core.admission.Admission;
import dev.adit.core.admission.AllowList;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.AllowFile;
import dev.adit.relay.admission.LocalDaemon;
import dev.adit.relay.admission.VerifiedAdmission;
import dev.adit.relay.admission.Verifier;
import dev.adit.relay.admission.VerifyUrl;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/// Whom a relay serves (a picocli mixin): nobody, unless it is said.
///
/// Each source that is given has to admit a client: the list of keys, then the daemon of this
/// machine, then the verify URL (derp §8.1).
final class AdmissionOptions {
  @Option(
      names = "--allow",
      split = ",",
      paramLabel = "KEY",
      description = "Serve the node with this WireGuard public key, repeatable.")
  List<String> allow = List.of();

  @Option(
      names = "--allow-file",
      paramLabel = "FILE",
      description =
          "Serve the nodes whose keys stand in this file, one a line; followed when it"
              + " changes.")
  @Nullable Path allowFile;

  @Option(names = "--open", description = "Serve everybody who finds this relay.")
  boolean open;

  @Option(
      names = "--verify-clients",
      description = {
        "Serve the nodes that tailscaled on this machine knows.",
        "It is asked when a client connects; if it cannot be asked, nobody is served."
      })
  boolean verifyClients;

  @Option(
      names = "--verify-socket",
      paramLabel = "FILE",
      description = "Where it listens (default: /var/run/tailscale/tailscaled.sock).")
  @Nullable Path verifySocket;

  @Option(
      names = "--verify-url",
      paramLabel = "URL",
      description = {
        "Serve the nodes that this web server allows, asked when a client connects:",
        "POST {\"NodePublic\":\"nodekey:…\",\"Source\":\"IP\"}, answer {\"Allow\":true}, within 5 s."
      })
  @Nullable String verifyUrl;

  @Option(
      names = "--verify-url-fail-open",
      description = "Serve everybody while that web server cannot be reached.")
  boolean verifyUrlFailOpen;

  @Option(
      names = "--verify-remember",
      paramLabel = "DURATION",
      defaultValue = "30s",
      description =
          "How long a yes counts before the next question, at most 1h; 0s: always ask (default:"
              + " ${DEFAULT-VALUE}).")
  String verifyRemember = "30s";

  /// @throws Failure if nothing says whom to serve, or two things contradict
  void check() {
    if (verifySocket != null && !verifyClients) {
      throw Failure.usage("--verify-socket needs --verify-clients");
    }
    if (verifyUrlFailOpen && verifyUrl == null) {
      throw Failure.usage("--verify-url-fail-open needs --verify-url URL");
    }
    boolean listed = !allow.isEmpty() || allowFile != null;
    boolean verified = verifyClients || verifyUrl != null;
    if (!listed && !verified && !open) {
      throw Failure.usage(
          "whom shall this relay serve? give --allow-file FILE, --allow KEY, or --open for everybody");
    }
    if (open && (listed || verified)) {
      throw Failure.usage("--open serves everybody; leave it out, or what says whom to serve");
    }
    List<Verifier> _ = verifiers();
    Set<PublicKey> _ = keys();
    Duration _ = remember();
  }

  /// Opens what [#check] found right.
  ///
  /// @param counted gets what is to be counted
  Admission open(OpenedParts opened, List<Readings.Source> counted) throws IOException {
    if (open) {
      return new OpenAdmission();
    }
    List<Verifier> verifiers = verifiers();
    Set<PublicKey> keys = keys();
    Admission base;
    if (allowFile != null) {
      base = opened.add(AllowFile.open(allowFile, keys)).list();
    } else {
      base = keys.isEmpty() ? new OpenAdmission() : new AllowList(keys);
    }
    if (verifiers.isEmpty()) {
      return base;
    }
    var admission = new VerifiedAdmission(base, verifiers, remember(), Clock.SYSTEM);
    counted.add(admission);
    return admission;
  }

  /// Says what it means that everybody is served, if so; once the relay runs.
  void warn(PrintWriter err) {
    if (open) {
      err.println(
          "adit: this relay is open: whoever finds it can use its bandwidth and sends from its"
              + " address; to serve your own nodes only: --allow-file FILE");
      err.flush();
      LogLine.warn(LoggerFactory.getLogger(AdmissionOptions.class), "relay_open")
          .log("this relay serves everybody who finds it");
    }
  }

  private List<Verifier> verifiers() {
    List<Verifier> verifiers = new ArrayList<>();
    if (verifyClients) {
      verifiers.add(
          new LocalDaemon(verifySocket == null ? LocalDaemon.DEFAULT_SOCKET : verifySocket));
    }
    if (verifyUrl != null) {
      try {
        verifiers.add(VerifyUrl.of(verifyUrl, verifyUrlFailOpen));
      } catch (MalformedException e) {
        throw Failure.usage("--verify-url " + verifyUrl + ": " + e.getMessage());
      }
    }
    return verifiers;
  }

  private Duration remember() {
    long seconds = verifyRemember.equals("0s") ? 0 : Times.seconds(verifyRemember);
    if (seconds > 3600) {
      throw Failure.usage("--verify-remember " + verifyRemember + ": allowed 0s to 1h");
    }
    return Duration.ofSeconds(seconds);
  }

  private Set<PublicKey> keys() {
    Set<PublicKey> keys = new HashSet<>();
    for (String text : allow) {
      try {
        keys.addAll(AllowList.parse(text));
      } catch (MalformedException e) {
        throw Failure.usage(
            "--allow " + text + ": expected a WireGuard public key of 44 characters of base64");
      }
    }
    return keys;
  }
}
