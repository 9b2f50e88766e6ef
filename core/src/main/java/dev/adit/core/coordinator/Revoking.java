package dev.adit.core.coordinator;

import org.jspecify.annotations.Nullable;

/// Decides the revocation of a join key; doing it twice changes nothing.
public final class Revoking {
  private Revoking() {}

  public sealed interface Outcome {
    /// @param changed false if it was revoked before
    record Revoked(JoinKeyRow key, boolean changed) implements Outcome {}

    record Refused(Refusal refusal) implements Outcome {}
  }

  /// @param key null if no key has this id
  public static Outcome decide(@Nullable JoinKeyRow key, String id, long nowSeconds) {
    if (key == null) {
      return new Outcome.Refused(
          Refusal.unknown("no join key " + id + " here; see: adit key list"));
    }
    boolean before = key.revokedAt() != 0;
    return new Outcome.Revoked(before ? key : key.revoked(nowSeconds), !before);
  }
}
