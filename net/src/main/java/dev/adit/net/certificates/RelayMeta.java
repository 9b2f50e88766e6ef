package dev.adit.net.certificates;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.MetaCertificate;
import dev.adit.crypto.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The meta certificate of the relay behind a front door, made anew every ten days: clients that
/// look at its dates find it valid however long the server runs and, within reason, however wrong
/// their clocks are. Thread-safe.
public final class RelayMeta {
  /// A third of the time that one is valid after its making.
  static final Duration RENEWED_AFTER = Duration.ofDays(10);

  private final PublicKey derpKey;
  private final int version;
  private final RandomGenerator random;

  // Guarded by this.
  private @Nullable X509Certificate current;
  private Instant made = Instant.MIN;

  /// @param version of the DERP protocol
  /// @param random cryptographically secure outside of tests
  public RelayMeta(PublicKey derpKey, int version, RandomGenerator random) {
    this.derpKey = derpKey;
    this.version = version;
    this.random = random;
  }

  /// The same one until it is time for another; also if the wall clock was set back before it was
  /// made.
  public synchronized X509Certificate current(Instant wallClock) {
    var now = current;
    if (now == null
        || wallClock.isAfter(made.plus(RENEWED_AFTER))
        || wallClock.isBefore(made.minus(RENEWED_AFTER))) {
      now = make(wallClock);
      current = now;
      made = wallClock;
    }
    return now;
  }

  private X509Certificate make(Instant wallClock) {
    try {
      return TlsIdentity.certificate(MetaCertificate.create(random, wallClock, derpKey, version));
    } catch (CryptoException e) {
      throw new IllegalStateException("our own certificate does not parse", e);
    }
  }
}
