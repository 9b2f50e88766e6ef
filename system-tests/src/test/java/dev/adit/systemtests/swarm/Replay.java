package dev.adit.systemtests.swarm;

import dev.adit.net.tls.Connection;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/// Somebody who recorded an agent's first message plays it again, and again (control R-STR-3).
final class Replay {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int MOST_REFUSED = 10;

  private Replay() {}

  /// @return `replayed N longest BYTES more BYTES`: the longest first answer, and all that came
  ///   after it
  static String run(JoinKey key, SimulatedAgent victim, int times) throws IOException {
    byte[] recorded = Objects.requireNonNull(victim.firstMessage());
    int longest = 0;
    int more = 0;
    int done = 0;
    while (done < times) {
      try (Connection open = connect(key)) {
        open.readTimeout(PATIENCE);
        WebSocketClient socket =
            WebSocketClient.open(
                open, key.url().authority(), "/adit/stream", "adit-control-v1", new SecureRandom());
        socket.send(recorded);
        byte[] answer = socket.receive(PATIENCE);
        longest = Math.max(longest, answer == null ? 0 : answer.length);
        socket.send(recorded); // and goes on as if it knew the keys
        try {
          byte[] second = socket.receive(PATIENCE);
          more += second == null ? 0 : second.length;
        } catch (IOException e) {
          // ended, as it should be
        }
        done++;
      }
    }
    return "replayed " + done + " longest " + longest + " more " + more;
  }

  /// A server takes 600 new connections of one address at once, then 60 a second: who is faster
  /// than that waits.
  private static Connection connect(JoinKey key) throws IOException {
    for (int refused = 0; ; refused++) {
      try {
        return TlsClient.connect(key.url().host(), key.url().port(), PinPolicy.any(), PATIENCE);
      } catch (IOException e) {
        if (refused == MOST_REFUSED) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
