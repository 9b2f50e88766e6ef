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
  static final long BLOCKED_AFTER = 3 * SECOND;
  private static final int MAX_SERVERS = 16;
  private static final int STUN_PORT = 3478;

  /// Where a server may answer too, in networks that let pass little else.
  private static final int SPARE_PORT = 443;

  /// What [NetCheck] wants done.
  public sealed interface Output {
    /// Send from the data socket.
    record SendStun(Endpoint to, byte[] bytes) implements Output {}

    /// Send from the throw-away socket of this name, which is opened by that (R-STUN-20). What
    /// arrives there is told by [#throwAwayReceived].
    record SendThrowAway(ThrowAway socket, Endpoint to, byte[] bytes) implements Output {}

    /// Close this family's throw-away sockets.
    record CloseThrowAways(boolean v4) implements Output {}

    /// The report is another than before.
    record Changed(NetReport report) implements Output {}

    /// The run in progress has brought its first answer, or ended without one.
    record Settled() implements Output {}
  }

  /// Names a throw-away socket.
  ///
  /// @param via never [Via#DATA]
  public record ThrowAway(boolean v4, Via via) {}

  private final RandomGenerator random;
  private final FamilyState v4 = new FamilyState(true);
  private final FamilyState v6 = new FamilyState(false);
  private final List<FamilyState> families = List.of(v4, v6);
  private final Queue<Output> outputs = new ArrayDeque<>();
  private List<ServerState> servers = List.of();
  private NetReport report = NetReport.NOTHING;

  private boolean active;
  private boolean running;
  private boolean settled;
  private long nextRun = NEVER;
  private @Nullable List<Endpoint> hosts;

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
        next.add(known == null ? new ServerState(server, false) : known);
      }
    }
    for (ServerState state : List.copyOf(next)) {
      Endpoint main = state.server.endpoint();
      var spare = new StunServer(new Endpoint(main.address(), SPARE_PORT), state.server.signs());
      if (main.port() == STUN_PORT && find(next, spare) == null) {
        ServerState known = find(servers, spare);
        next.add(known == null ? new ServerState(spare, true) : known);
      }
    }
    servers = next;
    begin(families, now);
  }

  /// Our interface addresses with the port of the data socket: what is seen there passes no NAT,
  /// and a family that has none is not asked. Before [#linkChanged], if that is called for it.
  public void hostsChanged(List<Endpoint> all) {
    hosts = List.copyOf(all);
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
      begin(families, now);
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
      begin(families, now);
    }
  }

  /// Whether questions are open, so that the report will soon be another.
  public boolean isMeasuring() {
    return running || v4.running() != null || v6.running() != null;
  }

  /// Nothing known before holds any more.
  public void linkChanged(long now) {
    servers.forEach(ServerState::forget);
    for (FamilyState family : families) {
      if (family.running() != null) {
        outputs.add(new Output.CloseThrowAways(family.isV4));
      }
      family.forget();
    }
    begin(families, now);
  }

  /// A peer answered a probe from the data port and said as whom it sees us (R-STUN-22): UDP works,
  /// whatever the servers say. What a peer on a private address sees is no NAT of ours.
  public void peerSaw(Endpoint peer, Endpoint as, long now) {
    FamilyState family = peer.address().isV4() ? v4 : v6;
    if (!peer.address().isPrivate() && as.address().isV4() == family.isV4) {
      family.peerSaw(peer, as, now);
    }
    if (family.proven() && !running) {
      begin(List.of(family), now);
    }
  }

  private void begin(List<FamilyState> which, long now) {
    running = true;
    settled = false;
    nextRun = NEVER;
    for (FamilyState family : which) {
      boolean wasSilent = family.silentSince != NEVER;
      family.runBegan();
      for (ServerState server : servers) {
        byte[] request = isAsked(server, family, wasSilent) ? server.begin(random, now) : null;
        if (request != null) {
          outputs.add(new Output.SendStun(server.server.endpoint(), request));
          family.asked(now);
        }
      }
    }
    endIfDone(now);
  }

  private boolean isAsked(ServerState server, FamilyState family, boolean silent) {
    return server.isV4() == family.isV4
        && (silent || !server.spare)
        && (hosts == null
            || server.server.endpoint().address().isLoopback()
            || hosts.stream().anyMatch(host -> host.address().isV4() == family.isV4));
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
          (server.isV4() ? v4 : v6).answered(now);
          conclude(now); // before Settled, so that who waits for that has the new candidates
          settle();
        }
        endIfDone(now);
        return true;
      }
    }
    return testReceived(
        from.address().isV4() ? v4 : v6, Via.DATA, 0, from, bytes, offset, length, now);
  }

  /// A datagram that came to a throw-away socket.
  ///
  /// @param localPort that of the socket
  public void throwAwayReceived(
      ThrowAway socket, int localPort, Endpoint from, byte[] bytes, long now) {
    testReceived(socket.v4() ? v4 : v6, socket.via(), localPort, from, bytes, 0, bytes.length, now);
  }

  private boolean testReceived(
      FamilyState family,
      Via via,
      int localPort,
      Endpoint from,
      byte[] bytes,
      int offset,
      int length,
      long now) {
    NatTests tests = family.running();
    if (tests == null || !tests.received(via, localPort, from, bytes, offset, length, now)) {
      return false;
    }
    goOn(family, tests, now);
    return true;
  }

  private void goOn(FamilyState family, NatTests tests, long now) {
    for (Exchange due : tests.timeReached(now)) {
      outputs.add(
          due.via == Via.DATA
              ? new Output.SendStun(due.to, due.bytes)
              : new Output.SendThrowAway(new ThrowAway(family.isV4, due.via), due.to, due.bytes));
    }
    if (tests.isDone()) {
      outputs.add(new Output.CloseThrowAways(family.isV4));
      conclude(now);
    }
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
    for (FamilyState family : families) {
      family.runEnded(!asked(family).isEmpty(), now);
    }
    conclude(now);
    schedule(now);
    settle();
  }

  private void conclude(long now) {
    NetReport before = running ? report : NetReport.NOTHING;
    NetReport next =
        new NetReport(
            v4.conclude(asked(v4), hosts, before.v4().mapping(), now),
            v6.conclude(asked(v6), hosts, before.v6().mapping(), now),
            Conclusions.answers(servers.stream().filter(server -> !server.spare).toList()));
    boolean same = next.v4().saysTheSameAs(report.v4()) && next.v6().saysTheSameAs(report.v6());
    report = next;
    if (!same) {
      outputs.add(new Output.Changed(next));
    }
  }

  /// The family's servers that were asked, those of last resort only while the others are silent.
  private List<ServerState> asked(FamilyState family) {
    boolean silent = family.silentSince != NEVER;
    List<ServerState> asked = new ArrayList<>();
    for (ServerState server : servers) {
      if (isAsked(server, family, silent || server.isFresh(server.answeredAt))) {
        asked.add(server);
      }
    }
    return asked;
  }

  private List<ServerState> fresh(FamilyState family, long now) {
    return asked(family).stream().filter(server -> server.isFresh(now)).toList();
  }

  private void schedule(long now) {
    boolean works = v4.silentSince == NEVER || v6.silentSince == NEVER;
    nextRun =
        active && works && !servers.isEmpty()
            ? now + PERIOD_MIN + random.nextLong(PERIOD_SPAN)
            : NEVER;
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
    for (FamilyState family : families) {
      if (!running && now >= family.retestAt) {
        family.retestAt = NEVER;
        begin(List.of(family), now);
      }
      testIfDue(family, now);
    }
    if (!running && now >= nextRun) {
      begin(families, now);
    }
  }

  private void testIfDue(FamilyState family, long now) {
    List<Endpoint> own = hosts == null ? List.of() : hosts;
    if (family.running() == null && family.beginIfDue(fresh(family, now), own, random, now)) {
      outputs.add(new Output.CloseThrowAways(family.isV4));
    }
    NatTests tests = family.running();
    if (tests != null) {
      goOn(family, tests, now);
    }
  }

  public long wakeAt() {
    long wake = nextRun;
    for (ServerState server : servers) {
      wake = Math.min(wake, server.wakeAt());
    }
    for (FamilyState family : families) {
      wake = Math.min(wake, running ? NEVER : family.retestAt);
      wake = Math.min(wake, family.wakeAt());
    }
    return wake;
  }

  public @Nullable Output poll() {
    return outputs.poll();
  }

  /// As of the last answer.
  public NetReport report() {
    return report;
  }
}
