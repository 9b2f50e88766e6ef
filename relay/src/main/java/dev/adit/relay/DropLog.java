package dev.adit.relay;

import dev.adit.core.derp.DropListener;
import dev.adit.core.derp.DropReason;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.log.LogLine;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes to the log which packets were dropped, for keys that an operator named. Thread-safe.
///
/// At most one line a second for each key and reason: who floods a client must not fill a disk.
public final class DropLog implements DropListener {
  private static final Logger LOG = LoggerFactory.getLogger(DropLog.class);
  private static final long PAUSE_NANOS = 1_000_000_000L;

  private final Clock clock;

  // Guarded by this; bounded by the keys that were named.
  private final Map<Which, Since> all = new HashMap<>();

  /// What has lines of its own.
  private record Which(PublicKey destination, DropReason reason) {}

  /// What was dropped since the last line.
  ///
  /// @param lineAt when that was, nanoseconds
  private record Since(long lineAt, long packets) {}

  public DropLog(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void dropped(PublicKey destination, DropReason reason, long packets) {
    long told = told(new Which(destination, reason), packets, clock.nanos());
    if (told > 0) {
      LogLine.info(LOG, "packets_dropped")
          .addKeyValue("client", destination)
          .addKeyValue("reason", reason)
          .addKeyValue("packets", told)
          .log("packets for a client were dropped");
    }
  }

  /// How many packets a line is to tell of now; 0 for no line.
  private synchronized long told(Which which, long packets, long now) {
    var since = all.get(which);
    boolean due = since == null || now - since.lineAt() >= PAUSE_NANOS;
    long sum = packets + (since == null ? 0 : since.packets());
    all.put(which, new Since(due || since == null ? now : since.lineAt(), due ? 0 : sum));
    return due ? sum : 0;
  }
}
