package dev.adit.net.certificates;

import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Readings;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;

/// What a server counts of its certificates. Thread-safe.
public final class CertificateCounters {
  private final LongAdder renewals = new LongAdder();
  private final Counts<CertificateFailure> failures = new Counts<>(CertificateFailure.class);

  public void renewed() {
    renewals.increment();
  }

  public void failed(CertificateFailure reason) {
    failures.count(reason);
  }

  public long renewals() {
    return renewals.sum();
  }

  public long failures(CertificateFailure reason) {
    return failures.value(reason);
  }

  /// @param until when the certificate that ends first of those shown ends
  public void read(Instant until, Readings into) {
    into.gauge(
        "adit_certificate_expiry_timestamp_seconds",
        "When the server's certificate that ends first ends, in seconds since 1970.",
        until.getEpochSecond());
    into.counter(
        "adit_certificate_renewals_total",
        "New certificates taken, issued by an authority or found in changed files.",
        renewals.sum());
    into.counters(
        "adit_certificate_renewal_failures_total",
        "Times that there should have been a new certificate and was none, by reason.",
        "reason",
        CertificateFailure.values(),
        CertificateFailure::sentence,
        failures::value);
  }
}
