package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.UuidV7;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Decides which relay rows change when the set of relays is told anew: the key says which relay it
/// is, so a restart keeps ids; what did not change keeps its record until half its time is over
/// (control §5.1).
public final class RelayChoosing {
  public static final long RECORD_SECONDS = 7 * 24 * 3600;

  private RelayChoosing() {}

  /// @param description null if the relay is gone
  public record Change(RelayRow row, @Nullable RelayDescription description) {}

  /// @param held all rows, also of relays that are gone
  /// @param network the one that all of `wanted` serve; null for every one
  /// @param wanted the whole set; of two with one key the last counts
  public static List<Change> decide(
      List<RelayRow> held,
      List<RelayDescription> wanted,
      @Nullable UUID network,
      long nowMillis,
      RandomGenerator random) {
    long now = nowMillis / 1000;
    Map<PublicKey, RelayDescription> open = new HashMap<>();
    wanted.forEach(relay -> open.put(relay.key(), relay));
    var changes = new ArrayList<Change>();
    for (RelayRow row : held) {
      RelayDescription relay = open.remove(row.key());
      boolean same =
          relay != null
              && row.description().equals(relay.json())
              && Objects.equals(row.network(), network);
      if (relay != null && !(isFresh(row, now) && same)) {
        long serial = Serials.next(row.serial(), now);
        var next =
            new RelayRow(
                row.id(),
                row.key(),
                true,
                serial,
                relay.json(),
                network,
                now,
                now + RECORD_SECONDS);
        changes.add(new Change(next, relay));
      } else if (relay == null && row.live()) {
        var gone =
            new RelayRow(
                row.id(),
                row.key(),
                false,
                row.serial() + 1,
                row.description(),
                row.network(),
                row.issuedAt(),
                row.notAfter());
        changes.add(new Change(gone, null));
      }
    }
    for (RelayDescription relay : wanted) {
      if (open.remove(relay.key(), relay)) {
        var row =
            new RelayRow(
                UuidV7.of(nowMillis, random),
                relay.key(),
                true,
                Serials.next(0, now),
                relay.json(),
                network,
                now,
                now + RECORD_SECONDS);
        changes.add(new Change(row, relay));
      }
    }
    return changes;
  }

  private static boolean isFresh(RelayRow row, long now) {
    return row.live() && now >= row.issuedAt() && row.notAfter() - now > RECORD_SECONDS / 2;
  }
}
