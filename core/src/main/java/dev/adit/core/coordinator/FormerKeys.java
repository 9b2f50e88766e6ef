package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Keys of nodes that have another one now. Relays serve them for a minute more, because peers hear
/// of the new key one by one (relay-rung RR-39). Of each node one only, so a node that replaces its
/// key again and again holds no more. Confined to one thread.
///
/// A restart forgets them: then they end early, which is safe.
public final class FormerKeys {
  public static final long SECONDS = 60;

  private static final long NEVER = Long.MAX_VALUE;

  /// By node, the one that ends first before the others.
  private final LinkedHashMap<UUID, Former> formers = new LinkedHashMap<>();

  private final Map<PublicKey, UUID> nodes = new HashMap<>();

  private record Former(PublicKey key, long until) {}

  /// A node has another key.
  ///
  /// @param key the one it had
  /// @return the one it had before, which ends now; null if there is none
  public @Nullable PublicKey replaced(UUID node, PublicKey key, long now) {
    PublicKey before = removed(node);
    formers.put(node, new Former(key, now + SECONDS * 1_000_000_000L));
    nodes.put(key, node);
    return before;
  }

  /// A node is no more.
  ///
  /// @return its former key, which ends now; null if there is none
  public @Nullable PublicKey removed(UUID node) {
    Former former = formers.remove(node);
    if (former == null) {
      return null;
    }
    nodes.remove(former.key);
    return former.key;
  }

  /// A key is some node's key, perhaps again: it does not end.
  public void granted(PublicKey key) {
    UUID node = nodes.remove(key);
    if (node != null) {
      formers.remove(node);
    }
  }

  /// What ends now.
  public List<PublicKey> timeReached(long now) {
    var ended = new ArrayList<PublicKey>();
    while (wakeAt() <= now) {
      var first = formers.pollFirstEntry().getValue();
      nodes.remove(first.key);
      ended.add(first.key);
    }
    return ended;
  }

  public long wakeAt() {
    var first = formers.firstEntry();
    return first == null ? NEVER : first.getValue().until;
  }
}
