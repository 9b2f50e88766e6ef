package dev.adit.core.admission;

import dev.adit.crypto.PublicKey;
import java.util.Set;
import java.util.function.Consumer;

/// Whom a relay admits, and which pairs may exchange packets (relay-rung RR-36, RR-37).
/// Thread-safe.
///
/// A client is judged once, when it connects; that may take seconds, because somebody else is
/// asked. Afterwards only [#onRevoked] ends its connections.
///
/// Not allowed is not distinguishable from unknown: callers look both keys up, then compare, and
/// treat a refusal exactly as an absent destination.
public interface Admission {
  /// The answer to an [Applicant].
  enum Verdict {
    ADMITTED,
    REFUSED,
    /// Somebody else has to be asked first, which takes at most [#LONGEST_NANOS].
    LATER
  }

  /// The longest time until `later` is called.
  long LONGEST_NANOS = 6_000_000_000L;

  /// May this client connect? To be asked when its key is proven, and before anybody hears of it.
  ///
  /// Mesh peers are admitted without being asked for (derp §8.1): that is the caller's business.
  ///
  /// @param later called once if the answer is [Verdict#LATER], with another answer, by any thread
  ///   and perhaps before this method returns; must not block. Never called otherwise.
  default Verdict judge(Applicant applicant, Consumer<Verdict> later) {
    return admits(applicant.key()) ? Verdict.ADMITTED : Verdict.REFUSED;
  }

  /// Is a client with this key still welcome? Never takes long: what [#judge] has to ask somebody
  /// else for is not asked again. False ends the connection of a client that was revoked while it
  /// connected.
  boolean admits(PublicKey key);

  /// True if both are admitted, of one network, and their pair is allowed. The one function for
  /// every kind of packet.
  boolean allows(PublicKey a, PublicKey b);

  /// Registers one listener that hears, after each change, which keys are no longer admitted, so
  /// that their connections end within a second. Called by the thread that made the change; must
  /// not block.
  void onRevoked(Consumer<Set<PublicKey>> listener);
}
