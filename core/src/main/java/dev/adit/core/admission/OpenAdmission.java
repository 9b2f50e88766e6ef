package dev.adit.core.admission;

import dev.adit.crypto.PublicKey;
import java.util.Set;
import java.util.function.Consumer;

/// Admits everybody: a relay for the public, and for tests. Thread-safe, because it has no state.
public final class OpenAdmission implements Admission {
  @Override
  public boolean admits(PublicKey key) {
    return true;
  }

  @Override
  public boolean allows(PublicKey a, PublicKey b) {
    return true;
  }

  /// Never calls it: nobody is ever refused.
  @Override
  public void onRevoked(Consumer<Set<PublicKey>> listener) {}
}
