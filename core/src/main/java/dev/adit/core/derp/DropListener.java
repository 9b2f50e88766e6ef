package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;

/// Hears of packets that were dropped, for whoever looks for them (derp §15,
/// `TS_DEBUG_VERBOSE_DROPS`). Called by many threads at once: must be thread-safe and must not
/// block.
@FunctionalInterface
public interface DropListener {
  /// @param destination for whom they were
  /// @param packets how many
  void dropped(PublicKey destination, DropReason reason, long packets);
}
