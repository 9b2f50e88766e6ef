package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Initiations that came on the relay from keys not yet in the map: the newest of each key, at most
/// 64 keys, 5 s (relay-rung RR-4a).
final class EarlyInitiations {
  private record Kept(byte[] message, long at) {}

  private final Map<PublicKey, Kept> kept = new LinkedHashMap<>();

  void arrived(PublicKey from, byte[] bytes, int offset, int length, long now) {
    kept.remove(from);
    if (kept.size() >= PathTimers.UNKNOWN_INITIATIONS) {
      kept.remove(kept.keySet().iterator().next());
    }
    kept.put(from, new Kept(Arrays.copyOfRange(bytes, offset, offset + length), now));
  }

  /// The initiation of a key that has become a peer, or null.
  byte @Nullable [] take(PublicKey peer, long now) {
    Kept found = kept.remove(peer);
    return found != null && now - found.at < PathTimers.INITIATION_KEPT ? found.message : null;
  }
}
