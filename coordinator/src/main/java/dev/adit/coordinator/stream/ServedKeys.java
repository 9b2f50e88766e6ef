package dev.adit.coordinator.stream;

import dev.adit.coordinator.NetworkAdmission;
import dev.adit.core.coordinator.FormerKeys;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whose keys relays serve, those of this process and those that joined: the keys of live nodes,
/// and for a minute those they had before. Confined to the hub thread.
final class ServedKeys {
  private final NetworkAdmission here;
  private final RelayStreams elsewhere;
  private final Clock clock;
  private final FormerKeys formers = new FormerKeys();

  ServedKeys(NetworkAdmission here, RelayStreams elsewhere, Clock clock) {
    this.here = here;
    this.elsewhere = elsewhere;
    this.clock = clock;
  }

  /// A node is there, or has changed, or is no more. Relays elsewhere hear of it with
  /// [RelayStreams#changed].
  ///
  /// @param before its row until now; null if it is new
  void changed(@Nullable NodeRow before, NodeRow node) {
    PublicKey former = before == null ? null : before.nodeKey();
    if (!node.isLive()) {
      revoke(former);
      revoke(formers.removed(node.id()));
      return;
    }
    formers.granted(node.nodeKey());
    if (former != null && !former.equals(node.nodeKey())) {
      revoke(formers.replaced(node.id(), former, clock.nanos()));
      elsewhere.ends(former, clock.wall().getEpochSecond() + FormerKeys.SECONDS);
    }
    here.grant(node.nodeKey(), node.network());
    elsewhere.granted(node.nodeKey(), node.network());
  }

  private void revoke(@Nullable PublicKey key) {
    if (key != null) {
      here.revoke(key);
      elsewhere.revoked(key);
    }
  }

  long wakeAt() {
    return formers.wakeAt();
  }

  void timeReached(long now) {
    List<PublicKey> ended = formers.timeReached(now);
    if (!ended.isEmpty()) {
      ended.forEach(this::revoke);
      elsewhere.changed();
    }
  }
}
