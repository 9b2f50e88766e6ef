package dev.adit.core.netcheck;

import dev.adit.core.netcheck.NetCheck.Output;
import dev.adit.core.netcheck.NetCheck.ThrowAway;
import dev.adit.core.stun.AlternateEndpoints;
import dev.adit.core.stun.StunResponder;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.probe.NatAllocation;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A node's network check behind a NAT or firewall as RFC 4787 describes them, and a STUN server
/// with two addresses: ours. A packet takes 10 ms each way; time is passed in.
final class SimulatedSite {
  static final Endpoint A1 = Endpoint.literal("198.51.100.1:3478");
  static final Endpoint A2 = Endpoint.literal("198.51.100.2:3478");
  static final Endpoint OTHER = Endpoint.literal("198.51.100.2:3479");
  static final AlternateEndpoints BOTH =
      new AlternateEndpoints(3478, List.of(A1.address()), List.of(OTHER));
  static final Endpoint HOST = Endpoint.literal("10.0.0.5:41000");
  static final IpAddress OUTSIDE = IpAddress.literal("203.0.113.2");
  private static final long LATENCY = 10_000_000;

  final Random random = new Random(7);
  final NetCheck check = new NetCheck(random);
  long now = NetCheck.SECOND;

  // What the NAT is like.
  boolean nat = true;
  NatMapping mapping = NatMapping.EIM;
  NatFiltering filtering = NatFiltering.APDF;
  NatAllocation allocation = NatAllocation.RANDOM;
  int step = 1;
  boolean hairpin;
  boolean blocked;

  /// Loses so many of the first packets to a throw-away socket.
  int loses;

  // What the server is like.
  AlternateEndpoints alternates = BOTH;
  final Set<Endpoint> dead = new HashSet<>();

  private @Nullable StunResponder responder;
  private final Map<Endpoint, Object> sockets = new HashMap<>();
  private final Map<Object, Endpoint> locals = new HashMap<>();
  private final Map<String, Endpoint> mappings = new HashMap<>();
  private final Map<Endpoint, Endpoint> inside = new HashMap<>();
  private final Set<String> written = new HashSet<>();
  private final PriorityQueue<Arrival> wire =
      new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
  private int lastPort = 30_000;
  private int ephemeral = 50_000;
  final List<Output> asked = new ArrayList<>();

  private record Arrival(long at, Endpoint from, Endpoint local, byte[] bytes) {}

  /// Joins the network with these servers, and lets time pass.
  NatVerdict measure(Endpoint... servers) {
    locals.put(Via.DATA, HOST);
    sockets.put(HOST, Via.DATA);
    check.hostsChanged(List.of(nat ? HOST : new Endpoint(OUTSIDE, HOST.port())));
    if (!nat) {
      locals.put(Via.DATA, new Endpoint(OUTSIDE, HOST.port()));
      sockets.put(new Endpoint(OUTSIDE, HOST.port()), Via.DATA);
    }
    List<StunServer> list = new ArrayList<>();
    for (Endpoint server : servers) {
      list.add(new StunServer(server, true));
    }
    check.serversChanged(list, now);
    pass(10);
    return verdict();
  }

  NatVerdict verdict() {
    return check.report().v4().nat();
  }

  void pass(int seconds) {
    long end = now + seconds * NetCheck.SECOND;
    drain();
    while (true) {
      Arrival arrival = wire.peek();
      long next = Math.min(check.wakeAt(), arrival == null ? end + 1 : arrival.at);
      if (next > end) {
        now = end;
        return;
      }
      now = Math.max(now, next);
      if (arrival != null && arrival.at <= now) {
        wire.remove();
        deliver(arrival);
      }
      check.timeReached(now);
      drain();
    }
  }

  private void drain() {
    for (Output output = check.poll(); output != null; output = check.poll()) {
      asked.add(output);
      switch (output) {
        case Output.SendStun(var to, var bytes) -> send(Via.DATA, to, bytes);
        case Output.SendThrowAway(var socket, var to, var bytes) -> send(socket, to, bytes);
        case Output.CloseThrowAways _ -> {
          locals.keySet().removeIf(key -> key instanceof ThrowAway);
        }
        case Output.Changed _, Output.Settled _ -> {}
      }
    }
  }

  private void send(Object socket, Endpoint to, byte[] bytes) {
    if (blocked) {
      return;
    }
    Endpoint local =
        locals.computeIfAbsent(
            socket, _ -> new Endpoint(nat ? HOST.address() : OUTSIDE, ephemeral++));
    sockets.put(local, socket);
    Endpoint source = outbound(local, to);
    if (to.address().equals(OUTSIDE)) {
      if (hairpin) {
        arrive(source, to, bytes);
      }
    } else if (!dead.contains(to)) {
      if (responder == null) {
        responder = new StunResponder(alternates, (_, _) -> {}, random);
      }
      var answer = responder.answer(bytes, 0, bytes.length, source, to, now);
      if (answer != null && !dead.contains(answer.from())) {
        arrive(answer.from(), answer.to(), answer.bytes());
      }
    }
  }

  private Endpoint outbound(Endpoint local, Endpoint to) {
    String key =
        switch (mapping) {
          case EIM, UNKNOWN -> local.toString();
          case ADM -> local + ">" + to.address();
          case APDM -> local + ">" + to;
        };
    Endpoint outer =
        nat ? mappings.computeIfAbsent(key, _ -> new Endpoint(OUTSIDE, port(local))) : local;
    inside.put(outer, local);
    written.add(outer + ">" + to);
    written.add(outer + ">" + to.address());
    return outer;
  }

  private int port(Endpoint local) {
    return switch (allocation) {
      case SEQUENTIAL -> lastPort += step;
      case PRESERVING ->
          inside.containsKey(new Endpoint(OUTSIDE, local.port()))
              ? 1024 + random.nextInt(60_000)
              : local.port();
      case RANDOM, UNKNOWN -> 1024 + random.nextInt(60_000);
    };
  }

  private void arrive(Endpoint from, Endpoint outer, byte[] bytes) {
    Endpoint local = inside.get(outer);
    boolean letIn =
        switch (filtering) {
          case EIF, UNKNOWN -> true;
          case ADF -> written.contains(outer + ">" + from.address());
          case APDF -> written.contains(outer + ">" + from);
        };
    if (local != null && (letIn || from.address().equals(OUTSIDE))) {
      wire.add(new Arrival(now + 2 * LATENCY, from, local, bytes));
    }
  }

  private void deliver(Arrival arrival) {
    switch (sockets.get(arrival.local)) {
      case ThrowAway socket when locals.containsKey(socket) -> {
        if (loses-- <= 0) {
          check.throwAwayReceived(socket, arrival.local.port(), arrival.from, arrival.bytes, now);
        }
      }
      case Via _ ->
          check.datagramReceived(arrival.from, arrival.bytes, 0, arrival.bytes.length, now);
      case null, default -> {}
    }
  }
}
