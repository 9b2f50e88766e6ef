package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// From whom one client has received something since they came, and whose departure it is told of
/// for that (derp §5.4). Confined to the client's thread.
final class Hearing {
  /// Departures one client can be waiting for. Of later senders it is not told that they left; they
  /// cost it a useless route, no more (derp §17.22).
  static final int MOST = 4096;

  private final DerpRouter router;
  private final Mailbox mailbox;
  private Set<PublicKey> awaited = Set.of(); // made when it is needed: most clients are idle
  private @Nullable PublicKey last;

  Hearing(DerpRouter router, Mailbox mailbox) {
    this.router = router;
    this.mailbox = mailbox;
  }

  /// The client is sent a packet.
  void heard(PublicKey source) {
    // Packets come in runs of one source, whose key is then the same object.
    if (last == source || awaited.size() >= MOST) {
      return;
    }
    last = source;
    if (awaited.isEmpty()) {
      awaited = new HashSet<>(2);
    }
    if (awaited.add(source)) {
      router.subscribe(mailbox, source);
    }
  }

  /// The client is told that `source` has left: its next packet is awaited anew.
  void departed(PublicKey source) {
    awaited.remove(source);
    last = null;
  }

  Set<PublicKey> awaited() {
    return awaited;
  }
}
