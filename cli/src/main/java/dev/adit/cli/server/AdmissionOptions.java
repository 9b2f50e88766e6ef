package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.core.admission.Admission;
import dev.adit.core.admission.AllowList;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.AllowFile;
import dev.adit.relay.Relay;
import dev.adit.relay.admission.LocalDaemon;
import dev.adit.relay.admission.VerifiedAdmission;
import dev.adit.relay.admission.Verifier;
import dev.adit.relay.admission.VerifyUrl;
import dev.adit.relay.managed.ManagedRelay;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/// Whom a relay serves (a picocli mixin): nobody, unless it is said.
///
/// Each source that is given has to admit a client: the list of keys, then the daemon of this
/// machine, then the verify URL (derp §8.1).
final class AdmissionOptions {
  private static final long ANSWER_SECONDS = 10;
  private static final int LONGEST_KEY_FILE = 4096;

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
      names = "--join",
      paramLabel = "KEY",
      description = {
        "Serve the nodes of a coordinator, from then on as it says: adit key create --kind relay"
            + " makes the key.",
        "Needed once; the state folder keeps what a restart needs."
      })
  @Nullable String join;

  @Option(
      names = "--join-file",
      paramLabel = "FILE",
      description = "Read that key from a file, where the list of processes does not show it.")
  @Nullable Path joinFile;

  @Option(
      names = "--admission-grace",
      paramLabel = "DURATION",
      defaultValue = "7d",
      description =
          "How long to serve without hearing from the coordinator; 0s: without end (default:"
              + " ${DEFAULT-VALUE}).")
  String admissionGrace = "7d";

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

  private @Nullable ManagedRelay managed;

  /// @param state the relay's folder, which shows whether it has joined a coordinator
  /// @throws Failure if nothing says whom to serve, or two things contradict
  void check(Path state) {
    if (verifySocket != null && !verifyClients) {
      throw Failure.usage("--verify-socket needs --verify-clients");
    }
    if (verifyUrlFailOpen && verifyUrl == null) {
      throw Failure.usage("--verify-url-fail-open needs --verify-url URL");
    }
    boolean listed = !allow.isEmpty() || allowFile != null;
    boolean verified = verifyClients || verifyUrl != null;
    boolean joins = join != null || joinFile != null;
    if (joins && (listed || verified || open)) {
      throw Failure.usage(
          "--join serves whom the coordinator says; leave it out, or what else says whom to serve");
    }
    if (join != null && joinFile != null) {
      throw Failure.usage("--join or --join-file, not both");
    }
    if (!listed && !verified && !open && !joins && !ManagedRelay.hasJoined(state)) {
      throw Failure.usage(
          "whom shall this relay serve? give --join KEY, --allow-file FILE, --allow KEY, or --open for"
              + " everybody");
    }
    if (open && (listed || verified)) {
      throw Failure.usage("--open serves everybody; leave it out, or what says whom to serve");
    }
    List<Verifier> _ = verifiers();
    Set<PublicKey> _ = keys();
    Duration _ = remember();
    Duration _ = grace();
    JoinKey _ = joinKey();
  }

  /// Opens what [#check] found right.
  ///
  /// @param counted gets what is to be counted
  Admission open(
      OpenedParts opened, List<Readings.Source> counted, Path state, RandomGenerator random)
      throws IOException {
    if (open) {
      return new OpenAdmission();
    }
    boolean alone = !allow.isEmpty() || allowFile != null || verifyClients || verifyUrl != null;
    if (!alone) {
      ManagedRelay joined =
          opened.add(ManagedRelay.open(state, joinKey(), grace(), Clock.SYSTEM, random));
      managed = joined;
      counted.add(joined);
      return joined.admission();
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

  /// The relay runs: begins to speak with its coordinator, if it has one. Waits a while for the
  /// answer, so that a bad key is told here.
  ///
  /// @throws Failure with the coordinator's text, if it refuses
  void started(PrivateKey serverKey, Relay relay) {
    ManagedRelay joined = managed;
    if (joined == null) {
      return;
    }
    joined.start(serverKey, relay);
    String refusal =
        joined.outcome().completeOnTimeout("", ANSWER_SECONDS, TimeUnit.SECONDS).join();
    if (!refusal.isEmpty()) {
      throw Failure.failed(refusal);
    }
  }

  private Duration grace() {
    return Duration.ofSeconds(admissionGrace.equals("0s") ? 0 : Times.seconds(admissionGrace));
  }

  private @Nullable JoinKey joinKey() {
    String text = join;
    if (joinFile != null) {
      try {
        byte[] content = StateFiles.read(joinFile.toAbsolutePath(), LONGEST_KEY_FILE);
        text = new String(content, StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw Failure.usage("cannot read " + joinFile + "; name a file that holds a join key");
      }
    }
    try {
      return text == null ? null : JoinKey.parse(text.strip());
    } catch (MalformedException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
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
