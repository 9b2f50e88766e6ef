package dev.adit.agent;

import dev.adit.net.Clock;
import java.util.function.Supplier;

/// Stores the map, at once or within 5 s of the last time (control R-AG-1). Confined to the packet
/// loop's thread.
final class MapSaver {
  private static final long PAUSE = 5_000_000_000L;

  private final AgentFiles files;
  private final Clock clock;
  private final Supplier<String> map;
  private boolean wanted;
  private long savedAt = Long.MIN_VALUE / 2;

  /// @param map as JSON; empty if there is none
  MapSaver(AgentFiles files, Clock clock, Supplier<String> map) {
    this.files = files;
    this.clock = clock;
    this.map = map;
  }

  void want(boolean atOnce) {
    wanted = true;
    if (atOnce) {
      flush();
    }
  }

  /// Stores what waits.
  void flush() {
    if (!wanted) {
      return;
    }
    wanted = false;
    savedAt = clock.nanos();
    String json = map.get();
    if (!json.isEmpty()) {
      files.saveMap(json);
    }
  }

  /// There is no map any more.
  void forget() {
    wanted = false;
    files.forgetMap();
  }

  void timeReached(long now) {
    if (wanted && now - savedAt >= PAUSE) {
      flush();
    }
  }

  /// When to call [#timeReached] next; `Long.MAX_VALUE` if nothing waits.
  long wakeAt() {
    return wanted ? savedAt + PAUSE : Long.MAX_VALUE;
  }
}
