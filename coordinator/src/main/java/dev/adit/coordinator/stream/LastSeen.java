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

/// When each machine was last connected; written to the database a minute after the first change,
/// so that a thousand agents that restart cost no transaction of their own (control R-PRES-2). A
/// coordinator that is killed knows it less exactly by that minute. Confined to the hub thread.
final class LastSeen {
  private static final long DELAY = 60_000_000_000L;

  private final Writer writer;
  private final Clock clock;
  private final Map<String, Long> seconds;
  private final Map<String, Reads.Seen> pending = new HashMap<>();
  private long due = Gathering.NEVER;

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

  void opened(OpenStream session) {
    note(session);
  }

  void closed(OpenStream session) {
    note(session);
  }

  private void note(OpenStream session) {
    String machine = session.peer.machine().toB64();
    long now = clock.wall().getEpochSecond();
    seconds.put(machine, now);
    pending.put(machine, new Reads.Seen(machine, session.number, session.instance, now));
    due = Math.min(due, clock.nanos() + DELAY);
  }

  long wakeAt() {
    return due;
  }

  void timeReached(long now) {
    if (due > now) {
      return;
    }
    due = Gathering.NEVER;
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
