package dev.adit.core.admission;

import dev.adit.crypto.PublicKey;
import java.util.Set;
import java.util.function.Consumer;

/// Whom a relay admits, and which pairs may exchange packets (relay-rung RR-36, RR-37).
/// Thread-safe.
///
/// Not allowed is not distinguishable from unknown: callers look both keys up, then compare, and
/// treat a refusal exactly as an absent destination.
public interface Admission {
  /// May a client with this proven key connect?
  boolean admits(PublicKey key);

  /// True if both are admitted, of one network, and their pair is allowed. The one function for
  /// every kind of packet.
  boolean allows(PublicKey a, PublicKey b);

  /// Registers one listener that hears, after each change, which keys are no longer admitted, so
  /// that their connections end within a second. Called by the thread that made the change; must
  /// not block.
  void onRevoked(Consumer<Set<PublicKey>> listener);
}
