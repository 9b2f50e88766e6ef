package dev.adit.net.certificates;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// An order that came to no certificate.
public final class AcmeRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final CertificateFailure reason;
  private final transient @Nullable Duration patience;

  AcmeRefusal(
      CertificateFailure reason,
      String message,
      @Nullable Duration patience,
      @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.patience = patience;
  }

  AcmeRefusal(CertificateFailure reason, String message) {
    this(reason, message, null, null);
  }

  public CertificateFailure reason() {
    return reason;
  }

  /// How long the authority wants not to be asked; null if it did not say.
  public @Nullable Duration patience() {
    return patience;
  }
}
