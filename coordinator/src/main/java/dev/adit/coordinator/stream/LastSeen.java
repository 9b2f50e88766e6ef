package dev.adit.coordinator.stream;

import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.Writer;
import dev.adit.core.coordinator.Gathering;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// When each machine was last connected; written to the database every 5 s at most, so that a
/// thousand reconnecting agents cost one transaction. Confined to the hub thread.
final class LastSeen {
  private static final long INTERVAL = 5_000_000_000L;

  private final Writer writer;
  private final Clock clock;
  private final Map<String, Long> seconds;
  private final Map<String, Reads.Seen> pending = new HashMap<>();
  private final Gathering gathering = new Gathering(1, INTERVAL);

  /// @param seconds machine key (base64url) to seconds since 1970
  LastSeen(Writer writer, Clock clock, Map<String, Long> seconds) {
    this.writer = writer;
    this.clock = clock;
    this.seconds = new HashMap<>(seconds);
  }

  /// 0 if never.
  long of(PublicKey machine) {
    return seconds.getOrDefault(machine.toB64(), 0L);
  }

  void opened(Session session) {
    note(session);
  }

  void closed(Session session) {
    note(session);
  }

  private void note(Session session) {
    String machine = session.peer.machine().toB64();
    long now = clock.wall().getEpochSecond();
    seconds.put(machine, now);
    pending.put(machine, new Reads.Seen(machine, session.number, session.instance, now));
    gathering.changed();
  }

  long wakeAt() {
    return gathering.dueAt();
  }

  void timeReached(long now) {
    if (gathering.dueAt() > now) {
      return;
    }
    gathering.sent(clock.nanos());
    List<Reads.Seen> batch = new ArrayList<>(pending.values());
    pending.clear();
    writer.submit(
        sql -> {
          for (var seen : batch) {
            Reads.seen(sql, seen);
          }
          return batch.size();
        },
        result -> {});
  }
}
