package dev.adit.relay.admission;

import dev.adit.core.admission.Applicant;
import java.time.Duration;

/// Somebody who is asked about each client that wants to connect. Thread-safe.
public interface Verifier {
  /// For counters: `daemon` or `url`.
  String name();

  /// Asks, and waits for the answer.
  ///
  /// @param limit for everything
  VerifyOutcome ask(Applicant applicant, Duration limit);

  /// What counts if [#ask] has not come back in time.
  VerifyOutcome late();
}
