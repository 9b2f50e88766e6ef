package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.stun.StunMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Asks STUN servers, from the socket that carries the data, how we look from outside
/// (nat-traversal §1.2, §1.5, §1.7).
///
/// Tell it what happened, drain [#poll] until null, then sleep until [#wakeAt]. One thread at a
/// time. A run asks every server at once; runs follow each other every 20–26 s while sessions are
/// active, which also keeps the mapping open in NATs that forget after 30 s.
public final class NetCheck {
  static final long SECOND = 1_000_000_000L;

  /// A mapped address counts this long.
  static final long FRESH = 27 * SECOND;

  public static final long NEVER = Long.MAX_VALUE;

  private static final long PERIOD_MIN = 20 * SECOND;
  private static final long PERIOD_SPAN = 6 * SECOND;
  private static final long BLOCKED_AFTER = 3 * SECOND;
  private static final long[] RETESTS = {30 * SECOND, 60 * SECOND, 300 * SECOND};
  private static final int MAX_SERVERS = 16;

  /// What [NetCheck] wants done.
  public sealed interface Output {
    /// Send from the data socket.
    record SendStun(Endpoint to, byte[] bytes) implements Output {}

    /// The report is another than before.
    record Changed(NetReport report) implements Output {}

    /// The run in progress has brought its first answer, or ended without one.
    record Settled() implements Output {}
  }

  private final RandomGenerator random;
  private final Queue<Output> outputs = new ArrayDeque<>();
  private List<ServerState> servers = List.of();
  private NetReport report = NetReport.NOTHING;

  private boolean active;
  private boolean running;
  private boolean settled;
  private long nextRun = NEVER;
  private long silentSince = NEVER;
  private int retests;
  private boolean everRan;

  /// @param random cryptographically secure outside of tests
  public NetCheck(RandomGenerator random) {
    this.random = random;
  }

  /// The UDP ports of all relays we know, both families; at least two addresses, or the kind of NAT
  /// stays unknown. At most 16 are asked.
  public void serversChanged(List<StunServer> all, long now) {
    List<ServerState> next = new ArrayList<>();
    for (StunServer server : all) {
      if (next.size() < MAX_SERVERS && find(next, server) == null) {
        ServerState known = find(servers, server);
        next.add(known == null ? new ServerState(server) : known);
      }
    }
    servers = next;
    begin(now);
  }

  private static @Nullable ServerState find(List<ServerState> in, StunServer server) {
    for (ServerState state : in) {
      if (state.server.equals(server)) {
        return state;
      }
    }
    return null;
  }

  /// Sessions are active, or none is any more.
  public void activityChanged(boolean nowActive, long now) {
    if (active == nowActive) {
      return;
    }
    active = nowActive;
    if (active && !running && !isFresh(now)) {
      begin(now);
    } else if (!running) {
      schedule(now);
    }
  }

  private boolean isFresh(long now) {
    for (ServerState server : servers) {
      if (server.isFresh(now)) {
        return true;
      }
    }
    return false;
  }

  /// Somebody waits for a fresh result.
  public void refreshWanted(long now) {
    if (!running) {
      begin(now);
    }
  }

  /// Nothing known before holds any more.
  public void linkChanged(long now) {
    servers.forEach(ServerState::forget);
    silentSince = NEVER;
    retests = 0;
    begin(now);
  }

  /// A probe of a peer came: UDP works, whatever the servers say.
  public void probeAnswered(long now) {
    if (silentSince != NEVER && retests > 0 && !running) {
      retests = 0;
      begin(now);
    }
  }

  private void begin(long now) {
    running = true;
    settled = false;
    everRan = true;
    nextRun = NEVER;
    if (silentSince == NEVER) {
      silentSince = now;
    }
    for (ServerState server : servers) {
      byte[] request = server.begin(random, now);
      if (request != null) {
        outputs.add(new Output.SendStun(server.server.endpoint(), request));
      }
    }
    endIfDone(now);
  }

  /// A datagram that [StunMessage#matches].
  ///
  /// @return false if it answers none of our requests; it was dropped
  public boolean datagramReceived(Endpoint from, byte[] bytes, int offset, int length, long now) {
    StunMessage message;
    try {
      message = StunMessage.decode(bytes, offset, length);
    } catch (MalformedException e) {
      return false;
    }
    boolean success = message.type() == StunMessage.BINDING_SUCCESS;
    if (!success && message.type() != StunMessage.BINDING_ERROR
        || success && !message.notUnderstood().isEmpty()) {
      return false;
    }
    for (ServerState server : servers) {
      if (server.expects(message, from)) {
        if (server.answered(message, now)) {
          silentSince = NEVER;
          retests = 0;
          conclude(now); // before Settled, so that who waits for that has the new candidates
          settle();
        }
        endIfDone(now);
        return true;
      }
    }
    return false;
  }

  private void settle() {
    if (!settled) {
      settled = true;
      outputs.add(new Output.Settled());
    }
  }

  private void endIfDone(long now) {
    for (ServerState server : servers) {
      if (server.isWaiting()) {
        return;
      }
    }
    running = false;
    conclude(now);
    schedule(now);
    settle();
  }

  private void conclude(long now) {
    boolean silent = silentFor(now) >= BLOCKED_AFTER;
    NetReport next = Conclusions.of(servers, silent, running ? report : NetReport.NOTHING, now);
    // Compared without the round trips, which change every time.
    boolean same = next.v4().equals(report.v4()) && next.v6().equals(report.v6());
    report = next;
    if (!same) {
      outputs.add(new Output.Changed(next));
    }
  }

  private long silentFor(long now) {
    return silentSince == NEVER ? 0 : now - silentSince;
  }

  private void schedule(long now) {
    if (servers.isEmpty() || !everRan) {
      nextRun = NEVER;
    } else if (silentSince != NEVER) {
      // Silence: once more at once, so that 3 s are full, then ever more rarely.
      boolean concluded = silentFor(now) >= BLOCKED_AFTER;
      nextRun = concluded ? now + RETESTS[Math.min(retests++, RETESTS.length - 1)] : now;
    } else {
      nextRun = active ? now + PERIOD_MIN + random.nextLong(PERIOD_SPAN) : NEVER;
    }
  }

  public void timeReached(long now) {
    if (running) {
      for (ServerState server : servers) {
        byte[] again = server.timeReached(now);
        if (again != null) {
          outputs.add(new Output.SendStun(server.server.endpoint(), again));
        }
      }
      endIfDone(now);
    }
    if (now >= nextRun) {
      begin(now);
    }
  }

  public long wakeAt() {
    long wake = nextRun;
    for (ServerState server : servers) {
      wake = Math.min(wake, server.wakeAt());
    }
    return wake;
  }

  public @Nullable Output poll() {
    return outputs.poll();
  }

  /// As of the last change.
  public NetReport report() {
    return report;
  }
}
