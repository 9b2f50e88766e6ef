package dev.adit.core.path;

import dev.adit.wire.Endpoint;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which peer an address belongs to, as authenticated probes have shown. Bounded: 64 addresses per
/// peer, the least recently used goes first.
///
/// WireGuard authenticates what is delivered; a wrong entry could only lose packets, and no entry
/// comes from an unauthenticated datagram.
final class Sources {
  private static final int MAX_PER_PEER = 64;

  private static final class Entry {
    final PeerPath peer;
    long usedAt;

    Entry(PeerPath peer) {
      this.peer = peer;
    }
  }

  private final Map<Endpoint, Entry> entries = new HashMap<>();

  @Nullable PeerPath peerOf(Endpoint source, long now) {
    Entry entry = entries.get(source);
    if (entry == null) {
      return null;
    }
    entry.usedAt = now;
    return entry.peer;
  }

  /// An authenticated probe of `peer` came from `source`.
  void learned(Endpoint source, PeerPath peer, long now) {
    Entry entry = entries.get(source);
    if (entry == null || entry.peer != peer) {
      makeRoom(peer);
      entry = new Entry(peer);
      entries.put(source, entry);
    }
    entry.usedAt = now;
  }

  private void makeRoom(PeerPath peer) {
    int count = 0;
    Endpoint oldest = null;
    long oldestUse = Long.MAX_VALUE;
    if (entries.size() < MAX_PER_PEER) {
      return;
    }
    for (var entry : entries.entrySet()) {
      if (entry.getValue().peer == peer) {
        count++;
        if (entry.getValue().usedAt < oldestUse) {
          oldestUse = entry.getValue().usedAt;
          oldest = entry.getKey();
        }
      }
    }
    if (count >= MAX_PER_PEER && oldest != null) {
      entries.remove(oldest);
    }
  }

  void peerRemoved(PeerPath peer) {
    Iterator<Entry> all = entries.values().iterator();
    while (all.hasNext()) {
      if (all.next().peer == peer) {
        all.remove();
      }
    }
  }
}
