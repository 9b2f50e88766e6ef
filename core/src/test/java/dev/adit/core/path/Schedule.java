package dev.adit.core.path;

import dev.adit.core.path.Disturbance.Kind;
import dev.adit.crypto.PrivateKey;
import dev.adit.testkit.SimLink;
import dev.adit.testkit.SimNetwork;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.ProbeCipher;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// One seeded story of two agents with traffic both ways, in which one to three things go wrong,
/// and ten quiet seconds at the end. Each agent is in native mode (two of three) or in mux mode; in
/// every fourth story helpers take the place of native mode.
///
/// ```
///   A ── IPv4, 2–60 ms ── B
///   │    IPv6 (half of all)│
///   └── relay, 5–80 ms ────┘
/// ```
final class Schedule {
  private static final PrivateKey LOW = PairOfNodes.LOW;
  private static final PrivateKey HIGH = PairOfNodes.HIGH;
  private static final List<Kind> KINDS = List.of(Kind.values());
  private static final long QUIET = 10_000 * Lab.MS;

  final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
  private final Random random;
  private final Lab lab;
  private final LabNode[] nodes;
  private final List<Disturbance> disturbances = new ArrayList<>();
  private final List<Disturbance> present = new ArrayList<>();
  private final long[] delays = new long[2];
  private final PathChecker checker;
  private int number;

  Schedule(long seed, ProbeCipher cipher, PathRules rules) {
    random = new Random(seed);
    delays[0] = (2 + random.nextLong(58)) * Lab.MS;
    delays[1] = (2 + random.nextLong(58)) * Lab.MS;
    lab = new Lab(random.nextLong(), cipher, delays[0], (5 + random.nextLong(75)) * Lab.MS);
    LabNode a = new LabNode(lab, LOW, host("192.0.2.1:30001"), rules);
    LabNode b = new LabNode(lab, HIGH, host("198.51.100.1:30002"), rules);
    nodes = new LabNode[] {a, b};
    if (random.nextBoolean()) {
      a.alsoAt(host("[2001:db8:a::1]:30001"));
      b.alsoAt(host("[2001:db8:b::1]:30002"));
    }
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      kinds.add(kind);
      disturbances.add(Disturbance.random(kind, random));
    }
    checker = new PathChecker(lab, nodes, disturbances);
    a.observer = checker;
    b.observer = checker;
    applyLinks();
    limitPacketSize();
    for (LabNode node : nodes) {
      if (random.nextInt(3) != 0) {
        var _ = seed % 4 == 3 ? node.isHelped() : node.steers();
      }
    }
  }

  /// The relay loses so many of the probe messages.
  Schedule withLossyRelay(int percent) {
    lab.relay.losesProbes(percent);
    return this;
  }

  private SimNetwork.Host host(String endpoint) {
    return lab.network.host(Endpoint.literal(endpoint));
  }

  /// One in eight: the IPv4 path carries small packets only; two in eight: not the largest.
  private void limitPacketSize() {
    int[] limits = {1_250, 1_400, 1_440};
    int limit = random.nextInt(8);
    if (limit < limits.length) {
      link(random.nextInt(2), true).maxBytes(limits[limit]);
    }
  }

  /// @return what was wrong; empty if everything held
  List<String> run() {
    boolean hints = random.nextBoolean();
    nodes[0].start(nodes[1]);
    nodes[1].start(nodes[0]);
    if (hints) {
      nodes[0].hint(nodes[1]);
      nodes[1].hint(nodes[0]);
    }
    long end = 0;
    for (Disturbance disturbance : disturbances) {
      lab.events.at(disturbance.from(), () -> begin(disturbance));
      lab.events.at(disturbance.until(), () -> end(disturbance));
      end = Math.max(end, disturbance.until());
    }
    long stop = end + QUIET;
    keepSending(0, stop);
    keepSending(1, stop);
    lab.events.runUntil(stop);
    if (checker.isSwitching()) {
      lab.run(500 * Lab.MS);
    }
    checker.agreed();
    lab.run(500 * Lab.MS);
    checker.delivered();
    return checker.violations();
  }

  private void keepSending(int who, long stop) {
    if (lab.now() >= stop) {
      return;
    }
    if (nodes[who].running) {
      int mine = number++;
      Route route = nodes[who].wireGuardSends(nodes[1 - who], LabNode.data(mine));
      checker.sent(who, mine, route);
    }
    lab.events.after((80 + random.nextLong(120)) * Lab.MS, () -> keepSending(who, stop));
  }

  private void begin(Disturbance disturbance) {
    present.add(disturbance);
    LabNode node = nodes[disturbance.who()];
    switch (disturbance.kind()) {
      case RESTART -> node.kill();
      case RELAY_LOST -> node.disconnect();
      case LOSS, REORDERING, DELAY, ONE_WAY_BLOCK, BLOCK -> applyLinks();
    }
  }

  private void end(Disturbance disturbance) {
    present.remove(disturbance);
    int who = disturbance.who();
    LabNode node = nodes[who];
    switch (disturbance.kind()) {
      case RESTART -> {
        if (!isStill(Kind.RESTART, who)) {
          node.start(nodes[1 - who]);
        }
      }
      case RELAY_LOST -> {}
      case LOSS, REORDERING, DELAY, ONE_WAY_BLOCK, BLOCK -> applyLinks();
    }
    if (isStill(Kind.RELAY_LOST, who)) {
      node.disconnect();
    } else if (!lab.relay.isConnected(node.key())) {
      node.connect();
    }
  }

  private boolean isStill(Kind kind, int who) {
    for (Disturbance disturbance : present) {
      if (disturbance.kind() == kind && disturbance.who() == who) {
        return true;
      }
    }
    return false;
  }

  private void applyLinks() {
    for (int who = 0; who < 2; who++) {
      for (boolean v4 : new boolean[] {true, false}) {
        if (v4 || nodes[0].host6 != null) {
          apply(who, v4, link(who, v4));
        }
      }
    }
  }

  private void apply(int sender, boolean v4, SimLink link) {
    double loss = 0;
    long jitter = 0;
    long delay = delays[v4 ? 0 : 1];
    boolean blocked = false;
    for (Disturbance disturbance : present) {
      if (disturbance.touches(v4)) {
        switch (disturbance.kind()) {
          case LOSS -> loss = Math.max(loss, 0.05 + 0.45 * disturbance.amount());
          case REORDERING -> jitter = (long) ((20 + 100 * disturbance.amount()) * Lab.MS);
          case DELAY -> delay += (long) ((20 + 300 * disturbance.amount()) * Lab.MS);
          case ONE_WAY_BLOCK, BLOCK -> blocked |= disturbance.blocks(sender, v4);
          case RESTART, RELAY_LOST -> {}
        }
      }
    }
    link.loss(loss);
    link.jitter(jitter);
    link.delay(delay);
    link.blocked(blocked);
  }

  private SimLink link(int sender, boolean v4) {
    SimNetwork.Host from = v4 ? nodes[sender].host : second(sender);
    SimNetwork.Host to = v4 ? nodes[1 - sender].host : second(1 - sender);
    return lab.network.link(from, to);
  }

  private SimNetwork.Host second(int who) {
    SimNetwork.Host second = nodes[who].host6;
    if (second == null) {
      throw new IllegalStateException("no IPv6 in this schedule");
    }
    return second;
  }
}
