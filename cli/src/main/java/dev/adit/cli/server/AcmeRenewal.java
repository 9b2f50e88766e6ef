package dev.adit.cli.server;

import dev.adit.core.certificates.RenewalPlan;
import dev.adit.core.certificates.RenewalPlan.Validity;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.Pem;
import dev.adit.net.Clock;
import dev.adit.net.certificates.AcmeChallenges;
import dev.adit.net.certificates.AcmeClient;
import dev.adit.net.certificates.AcmeRefusal;
import dev.adit.net.certificates.CertificateCounters;
import dev.adit.net.certificates.CertificateFailure;
import dev.adit.net.certificates.Certificates;
import dev.adit.net.certificates.TlsIdentity;
import dev.adit.net.files.StateFiles;
import dev.adit.net.log.LogLine;
import dev.adit.net.tls.HostAddresses;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificates of a server that an authority issues, one for each host: orders them, keeps
/// them in a folder, renews them. Thread-safe: one thread of its own orders, every other only asks
/// what there is.
///
/// All are for the one key of the server, that of its self-signed certificate, which is shown until
/// the first is issued: whoever pins the key is served at once, whatever the authority does, and
/// need not hear of renewals.
final class AcmeRenewal implements Certificates, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AcmeRenewal.class);
  private static final int LONGEST_FILE = 1024 * 1024;

  /// What authorities call the certificates that they issue for addresses, of six days or so.
  private static final String PROFILE_OF_ADDRESSES = "shortlived";

  /// The wall clock may jump, so it is looked at now and then.
  private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

  private final TlsIdentity own;
  private final List<Host> hosts;
  private final AcmeClient client;
  private final AcmeChallenges challenges;
  private final CertificateCounters counters;
  private final Clock clock;
  private final Thread thread;

  /// One host's.
  private static final class Host {
    final String name;
    final @Nullable IpAddress address; // null for a DNS name
    final Path chainFile;
    final Path planFile;
    volatile @Nullable TlsIdentity issued;
    RenewalPlan plan = RenewalPlan.NEW; // the thread's

    Host(String name, Path folder) {
      this.name = name;
      this.address = HostAddresses.literal(name);
      String file = name.replace(':', '.');
      this.chainFile = folder.resolve(file + ".pem");
      this.planFile = folder.resolve(file + ".plan");
    }
  }

  private AcmeRenewal(
      TlsIdentity own,
      List<Host> hosts,
      AcmeClient client,
      AcmeChallenges challenges,
      CertificateCounters counters,
      Clock clock) {
    this.own = own;
    this.hosts = hosts;
    this.client = client;
    this.challenges = challenges;
    this.counters = counters;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("certificates").unstarted(this::run);
  }

  /// Takes what is in the folder; orders nothing before it is started.
  ///
  /// @param own key of all certificates, and the certificate until there is another
  /// @param names DNS names and addresses; the first is for clients that name nothing we know
  static AcmeRenewal open(
      TlsIdentity own,
      List<String> names,
      Path folder,
      AcmeClient client,
      AcmeChallenges challenges,
      CertificateCounters counters,
      Clock clock)
      throws IOException {
    StateFiles.createFolder(folder);
    List<Host> hosts = new ArrayList<>();
    for (String name : names) {
      Host host = new Host(name, folder);
      load(host, own);
      hosts.add(host);
    }
    return new AcmeRenewal(own, hosts, client, challenges, counters, clock);
  }

  private static void load(Host host, TlsIdentity own) throws IOException {
    byte[] plan = StateFiles.readIfPresent(host.planFile, LONGEST_FILE);
    byte[] chain = StateFiles.readIfPresent(host.chainFile, LONGEST_FILE);
    try {
      if (plan != null) {
        host.plan = RenewalPlan.parse(new String(plan, StandardCharsets.US_ASCII));
      }
      if (chain != null) {
        TlsIdentity kept =
            TlsIdentity.parse(own.key().pem(), new String(chain, StandardCharsets.US_ASCII));
        host.issued = kept;
        host.plan = host.plan.having(validity(kept));
      }
    } catch (MalformedException | CryptoException e) {
      LogLine.warn(LOG, "certificate_kept_bad")
          .addKeyValue("file", host.chainFile)
          .addKeyValue("reason", e.getMessage())
          .log("a certificate from before cannot be used; another is ordered");
    }
  }

  private static Validity validity(TlsIdentity identity) {
    return new Validity(identity.notBefore(), identity.notAfter());
  }

  void start() {
    thread.start();
  }

  @Override
  public TlsIdentity choose(@Nullable String serverName, IpAddress local) {
    Host named = named(serverName, local);
    TlsIdentity best = named == null ? null : named.issued;
    for (int i = 0; best == null && i < hosts.size(); i++) {
      best = hosts.get(i).issued;
    }
    return best == null ? own : best;
  }

  /// Who names nothing came by an address: the one it arrived at, where that is ours, or behind a
  /// NAT, where it is not, any that we were told.
  private @Nullable Host named(@Nullable String serverName, IpAddress local) {
    IpAddress wanted = serverName == null ? local : HostAddresses.literal(serverName);
    Host anyAddress = null;
    for (Host host : hosts) {
      if (host.name.equals(serverName)
          || (wanted != null && Objects.equals(wanted, host.address))) {
        return host;
      }
      anyAddress = anyAddress == null && host.address != null ? host : anyAddress;
    }
    return serverName == null ? anyAddress : null;
  }

  @Override
  public @Nullable TlsIdentity challenge(String serverName) {
    return challenges.certificate(serverName);
  }

  /// When the certificate that ends first ends.
  Instant until() {
    Instant first = null;
    for (Host host : hosts) {
      TlsIdentity issued = host.issued;
      Instant until = issued == null ? own.notAfter() : issued.notAfter();
      first = first == null || until.isBefore(first) ? until : first;
    }
    return first == null ? own.notAfter() : first;
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Duration sleep = LONGEST_SLEEP;
        for (Host host : hosts) {
          if (!host.plan.dueAt(clock.wall()).isAfter(clock.wall())) {
            order(host);
          }
          Duration left = Duration.between(clock.wall(), host.plan.dueAt(clock.wall()));
          sleep = left.compareTo(sleep) < 0 ? left : sleep;
        }
        Thread.sleep(Math.max(100, sleep.toMillis()));
      }
    } catch (InterruptedException e) {
      // asked to end
    }
  }

  private void order(Host host) throws InterruptedException {
    try {
      String profile = host.address == null ? null : PROFILE_OF_ADDRESSES;
      TlsIdentity issued = client.order(host.name, own.key(), profile, host.plan.failures());
      host.plan = host.plan.issued(validity(issued), clock.wall());
      host.issued = issued; // shown even if it cannot be kept
      keep(host, issued);
      counters.renewed();
      LogLine.info(LOG, "certificate_issued")
          .addKeyValue("host", host.name)
          .addKeyValue("until", issued.notAfter())
          .addKeyValue("renewal", host.plan.dueAt(clock.wall()))
          .log("the authority has issued a certificate, which is shown from now on");
    } catch (AcmeRefusal e) {
      refused(host, e.reason(), e.getMessage(), e.patience());
    } catch (IOException | RuntimeException e) { // of a library that reads what others wrote
      refused(host, CertificateFailure.UNUSABLE, e.toString(), null);
    }
  }

  private static void keep(Host host, TlsIdentity issued) throws IOException {
    var pem = new StringBuilder();
    try {
      for (X509Certificate certificate : issued.chain()) {
        pem.append(Pem.encode(Pem.CERTIFICATE, certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IOException(e);
    }
    StateFiles.write(host.chainFile, pem.toString().getBytes(StandardCharsets.US_ASCII));
    StateFiles.write(host.planFile, host.plan.text().getBytes(StandardCharsets.US_ASCII));
  }

  private void refused(
      Host host, CertificateFailure reason, @Nullable String message, @Nullable Duration patience) {
    counters.failed(reason);
    host.plan = host.plan.refused(clock.wall(), patience);
    try {
      StateFiles.write(host.planFile, host.plan.text().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      LOG.debug("the plan of {} cannot be kept", host.name, e);
    }
    LogLine.warn(LOG, "certificate_refused")
        .addKeyValue("host", host.name)
        .addKeyValue("reason", reason)
        .addKeyValue("detail", message)
        .addKeyValue("next", host.plan.dueAt(clock.wall()))
        .log("no new certificate; the one there is stays");
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
