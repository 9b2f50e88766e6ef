package dev.adit.net.certificates;

import dev.adit.crypto.CryptoException;
import dev.adit.net.files.StateFiles;
import dev.adit.net.log.LogLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A certificate and its key in two files (or both in one), which others renew: looks each second
/// whether they have changed. Files that are gone, bad or do not belong together keep the
/// certificate that was there, and are complained of once. Thread-safe.
public final class CertificateFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateFiles.class);
  private static final long LOOK_MILLIS = 1000;
  private static final int LONGEST_FILE = 1024 * 1024;

  private final Path certificateFile;
  private final Path keyFile;
  private final CertificateCounters counters;
  private final Thread thread;
  private volatile TlsIdentity current;

  // Guarded by this.
  private Content known;
  private @Nullable Content suspect;
  private @Nullable String complaint;

  /// What stood in the files.
  private record Content(byte[] key, byte[] certificates) {
    boolean same(Content other) {
      return Arrays.equals(key, other.key) && Arrays.equals(certificates, other.certificates);
    }

    TlsIdentity identity() throws CryptoException {
      return TlsIdentity.parse(
          new String(key, StandardCharsets.ISO_8859_1),
          new String(certificates, StandardCharsets.ISO_8859_1));
    }
  }

  private CertificateFiles(Path certificateFile, Path keyFile, CertificateCounters counters)
      throws IOException, CryptoException {
    this.counters = counters;
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
    this.known = content();
    this.current = known.identity();
    this.thread = Thread.ofVirtual().name("certificate-files").unstarted(this::run);
  }

  /// Reads the files now; follows them when told to.
  ///
  /// @throws CryptoException saying what is wrong with them
  public static CertificateFiles open(Path certificate, Path key, CertificateCounters counters)
      throws IOException, CryptoException {
    return new CertificateFiles(certificate, key, counters);
  }

  /// Looks for changes from now on, until closed.
  public CertificateFiles follow() {
    thread.start();
    return this;
  }

  public TlsIdentity current() {
    return current;
  }

  private Content content() throws IOException {
    return new Content(
        StateFiles.read(keyFile, LONGEST_FILE), StateFiles.read(certificateFile, LONGEST_FILE));
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(LOOK_MILLIS);
        look();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /// Takes what stands in the files now if it has changed and is good. Their content is compared,
  /// not their times: a few kilobytes each second cost nothing, and times are not always told
  /// apart.
  synchronized void look() {
    try {
      var now = content();
      if (now.same(known)) {
        suspect = null;
        return;
      }
      try {
        take(now, now.identity());
      } catch (CryptoException e) {
        // Whoever renews writes one file after the other: only what stays bad is bad.
        if (suspect != null && suspect.same(now)) {
          complain(e.getMessage());
        }
        suspect = now;
      }
    } catch (IOException e) {
      complain(e.toString());
    }
  }

  private void take(Content content, TlsIdentity identity) {
    boolean samePin = Arrays.equals(identity.pin(), current.pin());
    known = content;
    suspect = null;
    complaint = null;
    current = identity;
    counters.renewed();
    LogLine.info(LOG, "certificate_changed")
        .addKeyValue("file", certificateFile)
        .addKeyValue("until", identity.notAfter())
        .log("a new certificate is shown");
    if (!samePin) {
      LogLine.warn(LOG, "certificate_key_changed")
          .addKeyValue("file", certificateFile)
          .log("the certificate has another key; who pins the old one is told at the next start");
    }
  }

  private void complain(@Nullable String reason) {
    if (reason != null && !reason.equals(complaint)) {
      complaint = reason;
      counters.failed(CertificateFailure.FILES);
      LogLine.warn(LOG, "certificate_bad")
          .addKeyValue("file", certificateFile)
          .addKeyValue("reason", reason)
          .log("the new certificate cannot be used; the old one stays");
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
