package dev.adit.cli.server;

import dev.adit.core.admission.Admission;
import dev.adit.crypto.PublicKey;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Admits nobody until the real admission is there.
///
/// The coordinator wants to know its relay at its start, the relay wants to know whom to admit at
/// its own. Thread-safe.
final class LateAdmission implements Admission {
  private volatile @Nullable Admission real;
  private @Nullable Consumer<Set<PublicKey>> listener;

  synchronized void become(Admission admission) {
    real = admission;
    if (listener != null) {
      admission.onRevoked(listener);
    }
  }

  @Override
  public boolean admits(PublicKey key) {
    Admission now = real;
    return now != null && now.admits(key);
  }

  @Override
  public boolean allows(PublicKey a, PublicKey b) {
    Admission now = real;
    return now != null && now.allows(a, b);
  }

  @Override
  public synchronized void onRevoked(Consumer<Set<PublicKey>> revoked) {
    listener = revoked;
    Admission now = real;
    if (now != null) {
      now.onRevoked(revoked);
    }
  }
}
