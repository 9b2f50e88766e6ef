package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.server.CertificateOptions.Mode;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.certificates.AcmeChallenges;
import dev.adit.net.certificates.AcmeClient;
import dev.adit.net.certificates.AcmeConfig;
import dev.adit.net.certificates.AcmeConfig.ChallengeKind;
import dev.adit.net.certificates.CertificateCounters;
import dev.adit.net.certificates.CertificateFiles;
import dev.adit.net.certificates.Certificates;
import dev.adit.net.certificates.RelayMeta;
import dev.adit.net.certificates.TlsIdentity;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.metrics.Readings;
import dev.adit.net.tls.HostAddresses;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The certificate that a server shows, wherever it comes from. Thread-safe.
final class ServerCertificate {
  private static final String FILE = "tls.pem";
  private static final int LONGEST_FILE = 1024 * 1024;

  private final Certificates certificates;
  private final byte[] pin;
  private final Supplier<Instant> until;
  private final CertificateCounters counters;
  private final @Nullable HttpHandler challenges;
  private final Starter starter;

  /// Begins what keeps the certificate fresh.
  private interface Starter {
    void start(OpenedParts opened, boolean challengesAnswered) throws IOException;
  }

  private ServerCertificate(
      Certificates certificates,
      byte[] pin,
      Supplier<Instant> until,
      CertificateCounters counters,
      @Nullable HttpHandler challenges,
      Starter starter) {
    this.challenges = challenges;
    this.certificates = certificates;
    this.pin = pin;
    this.until = until;
    this.counters = counters;
    this.starter = starter;
  }

  /// @param names DNS names of the server, for a self-made certificate
  /// @param addresses its addresses, likewise
  static ServerCertificate open(
      ServerConfig config,
      CertificateOptions options,
      List<String> names,
      List<String> addresses,
      RandomGenerator random)
      throws IOException {
    return switch (options.mode(config)) {
      case Mode.SELF_SIGNED -> fixed(selfMade(config.stateDir(), names, addresses, random));
      case Mode.ACME ->
          acme(config, options, selfMade(config.stateDir(), names, addresses, random), random);
      case Mode.FILES -> {
        Path folder = options.folder;
        if (folder != null) {
          yield inFolder(folder, options.hosts(), random);
        }
        if (config.certificate() == null || config.certificateKey() == null) {
          throw new IllegalStateException("files without their names");
        }
        yield files(config.certificate(), config.certificateKey(), options.hosts());
      }
    };
  }

  private static ServerCertificate fixed(TlsIdentity identity) {
    return new ServerCertificate(
        Certificates.always(identity),
        identity.pin(),
        identity::notAfter,
        new CertificateCounters(),
        null,
        (opened, answered) -> {});
  }

  /// Reads what an administrator gave, PEM, and follows it once started.
  private static ServerCertificate files(Path certificate, Path key, List<String> hosts) {
    try {
      CertificateCounters counters = new CertificateCounters();
      CertificateFiles files = CertificateFiles.open(certificate, key, counters);
      for (String host : hosts) {
        if (!files.current().names(host)) {
          throw Failure.failed(
              certificate + ": is not for " + host + "; give another --cert or --hostname");
        }
      }
      return new ServerCertificate(
          (name, local) -> files.current(),
          files.current().pin(),
          () -> files.current().notAfter(),
          counters,
          null,
          (opened, answered) -> {
            CertificateFiles _ = opened.add(files.follow());
          });
    } catch (IOException e) {
      throw Failure.failed("cannot read the certificate: " + e.getMessage());
    } catch (CryptoException e) {
      throw Failure.failed(certificate + ": " + e.getMessage());
    }
  }

  /// As derper keeps them (derp §15.1).
  private static ServerCertificate inFolder(Path folder, List<String> hosts, RandomGenerator random)
      throws IOException {
    String host = hosts.getFirst();
    String file = host.replaceAll("[^A-Za-z0-9.-]", "");
    Path certificate = folder.resolve(file + ".crt");
    Path key = folder.resolve(file + ".key");
    if (HostAddresses.literal(host) != null && !Files.exists(certificate) && !Files.exists(key)) {
      SelfSigned made = SelfSigned.createForAddress(random, Clock.SYSTEM.wall(), host);
      StateFiles.createFolder(folder);
      StateFiles.write(key, made.privateKeyPem().getBytes(StandardCharsets.US_ASCII));
      StateFiles.write(certificate, made.certificatePem().getBytes(StandardCharsets.US_ASCII));
    }
    return files(certificate, key, hosts);
  }

  private static ServerCertificate acme(
      ServerConfig config, CertificateOptions options, TlsIdentity own, RandomGenerator random)
      throws IOException {
    AcmeConfig acme = options.acme(config);
    AcmeChallenges challenges = new AcmeChallenges();
    CertificateCounters counters = new CertificateCounters();
    AcmeRenewal renewal =
        AcmeRenewal.open(
            own,
            options.hosts(),
            acme.folder(),
            new AcmeClient(acme, challenges, Clock.SYSTEM, random),
            challenges,
            counters,
            Clock.SYSTEM);
    return new ServerCertificate(
        renewal,
        own.pin(),
        renewal::until,
        counters,
        challenges,
        (opened, answered) -> {
          if (acme.challenges().contains(ChallengeKind.HTTP_01) && !answered) {
            FrontDoor _ =
                opened.add(
                    FrontDoor.start(
                        FrontDoorConfig.of(List.of(options.http()), null),
                        new RequestRoutes().http(AcmeChallenges.PATH, challenges)));
          }
          opened.add(renewal).start();
        });
  }

  /// The one in the state folder; made there at first start. Nodes pin its key, so it stays when
  /// names change: those in it are for browsers only.
  private static TlsIdentity selfMade(
      Path stateFolder, List<String> names, List<String> addresses, RandomGenerator random)
      throws IOException {
    Path file = stateFolder.resolve(FILE);
    byte[] stored = StateFiles.readIfPresent(file, LONGEST_FILE);
    if (stored == null) {
      SelfSigned made = SelfSigned.create(random, Clock.SYSTEM.wall(), names, addresses);
      stored = (made.privateKeyPem() + made.certificatePem()).getBytes(StandardCharsets.US_ASCII);
      StateFiles.write(file, stored);
    }
    String both = new String(stored, StandardCharsets.US_ASCII);
    try {
      return TlsIdentity.parse(both, both);
    } catch (CryptoException e) {
      throw Failure.failed(file + ": " + e.getMessage());
    }
  }

  /// SHA-256 of the first certificate's public key.
  byte[] pin() {
    return pin;
  }

  /// What a client that names no server gets.
  TlsIdentity shown() {
    return certificates.choose(null, IpAddress.literal("0.0.0.0"));
  }

  /// For the front door.
  ///
  /// @param meta of the relay behind it; null for none
  FrontDoorConfig.Tls tls(@Nullable RelayMeta meta) {
    return new FrontDoorConfig.Tls(certificates, meta);
  }

  /// Begins to follow files, or to order; to be called when the front door is open, where the
  /// authority looks.
  ///
  /// @param plainPort where [#challenges] are answered already; -1 for nowhere
  void start(OpenedParts opened, CertificateOptions options, int plainPort) throws IOException {
    starter.start(opened, plainPort >= 0 && plainPort == options.http().port());
  }

  /// Answers an authority that asks over plain HTTP; null if none will.
  @Nullable HttpHandler challenges() {
    return challenges;
  }

  void read(Readings into) {
    counters.read(until.get(), into);
  }
}
