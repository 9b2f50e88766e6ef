package dev.adit.systemtests.interop;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.systemtests.interop.ChaosRegion.Belongings;
import dev.adit.systemtests.interop.Crowd.End;
import dev.adit.systemtests.interop.Crowd.Member;
import dev.adit.systemtests.interop.Crowd.Orders;
import dev.adit.systemtests.interop.Crowd.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// A region of three relays, on which many connections are ended at random while one node is killed
/// and started again; afterwards nothing of them may be left. Runs in a network namespace of its
/// own, which [RelayChaosTest] makes.
///
///     500 of derphttp ─┐  ┌─ node 0 ─ tap ─┐
///                      ├──┼─ node 1 ─ tap ─┼─ each other
///     500 of ours ─────┘  └─ node 2 ─ tap ─┘  killed every minute
///           RST, FIN, silence (nft)
///
/// What a relay has at rest is measured after as many clients have come and gone once: heaps, pools
/// and compiled code grow once. A node that was killed is measured against the process before it.
final class ChaosRun {
  private static final int VICTIM = 2;
  private static final long TICK = 250_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration OPENED = Duration.ofMinutes(3);

  /// Every relay gives what its C library holds back to the system in this time (`adit`).
  private static final Duration TRIM = Duration.ofSeconds(20);

  private record Connection(Crowd crowd, int port) {}

  private record Victim(int number, Connection connection, End way) {}

  private final ChaosPlan plan;
  private final ChaosRegion region;
  private final Cuts cuts;
  private final Hops hops;
  private final ChaosFigures figures = new ChaosFigures();
  private final Crowd go;
  private final Crowd ours;
  private final Map<Integer, Connection> live = new ConcurrentHashMap<>();
  private final Map<End, Integer> ended = new EnumMap<>(End.class);
  private final Random random;
  private int kills;

  private ChaosRun(Stage stage, ChaosPlan plan, long seed) throws IOException {
    this.plan = plan;
    random = new Random(seed);
    hops = new Hops();
    cuts = new Cuts();
    region = ChaosRegion.start(stage, plan, hops);
    Crowd[] crowds = new Crowd[2];
    crowds[0] = new GoCrowd(stage, (member, port) -> up(crowds[0], member, port));
    crowds[1] = new OurCrowd(stage, (member, port) -> up(crowds[1], member, port));
    go = crowds[0];
    ours = crowds[1];
  }

  /// @param words clients, seconds, seed
  public static void main(String[] words) throws Exception {
    int clients = Integer.parseInt(words[0]);
    ChaosPlan plan = ChaosPlan.of(clients, Duration.ofSeconds(Long.parseLong(words[1])));
    long seed = Long.parseLong(words[2]);
    if (plan.asksOften()) {
      var _ = Files.writeString(Path.of("/proc/sys/net/ipv4/tcp_keepalive_intvl"), "2\n");
    }
    int shorts;
    try (Stage stage = Stage.open()) {
      ChaosFigures.note(plan + ", seed " + seed);
      shorts = new ChaosRun(stage, plan, seed).run(stage);
    }
    System.exit(shorts == 0 ? 0 : 1);
  }

  private void up(Crowd crowd, int member, int port) {
    live.put(member, new Connection(crowd, port));
  }

  private int run(Stage stage) throws IOException {
    Waiting.until(PATIENCE, () -> "links", () -> region.hasClients(0));
    List<Member> members = members();
    List<End> gently = List.of(End.RST, End.FIN);
    disturb(members, plan.warmUp(), gently, false);
    awaitNobody(gently);
    List<Belongings> before = belongings();
    ended.clear();
    ChaosFigures.note("warm: " + go.tally() + ", " + ours.tally());

    List<End> anyhow = List.of(End.values());
    disturb(members, plan.time(), anyhow, true);
    long quiet = awaitNobody(anyhow);
    cuts.heal();
    ChaosFigures.note("tailscale's: " + go.tally());
    ChaosFigures.note("ours: " + ours.tally());
    ChaosFigures.note("ended: " + ended + "; a node killed " + kills + " times");

    ChaosFigures.headline();
    figures.atMost("s until nobody is connected", quiet, plan.silenceFound().toSeconds());
    tellTraffic();
    var aftermath = new ChaosAftermath(stage, region, figures, random);
    aftermath.presences();
    aftermath.pairs();
    Waiting.until(PATIENCE, () -> "the last to leave", () -> region.hasClients(0));
    tellBelongings(before, belongings());
    aftermath.gauges();
    return figures.shorts();
  }

  /// One of ten shares its key with another one, mostly of the other make; one of ten watches.
  private List<Member> members() {
    var secure = new SecureRandom();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < plan.clients() * 9 / 10; i++) {
      byte[] key = PrivateKey.generate(secure).bytes();
      keys.add("privkey:" + HexFormat.of().formatHex(key));
    }
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < plan.clients(); i++) {
      members.add(new Member(i, keys.get(i % keys.size()), i % 20 < 2));
    }
    return members;
  }

  private void disturb(List<Member> members, Duration time, List<End> ways, boolean kill)
      throws IOException {
    List<String> peers =
        members.stream()
            .map(member -> OurClient.text(OurClient.privateKey(member.key()).publicKey()))
            .distinct()
            .toList();
    start(go, members.stream().filter(member -> member.number() % 2 == 0).toList(), peers);
    start(ours, members.stream().filter(member -> member.number() % 2 == 1).toList(), peers);
    Waiting.until(
        OPENED, () -> "all to be connected: " + live.size(), () -> live.size() == members.size());
    long begun = Clock.SYSTEM.nanos();
    long end = begun + time.toNanos();
    long nextKill = kill ? begun + plan.killEvery().toNanos() / 2 : Long.MAX_VALUE;
    CompletableFuture<Void> again = CompletableFuture.completedFuture(null);
    double due = 0;
    for (long now = begun; now < end; now = Clock.SYSTEM.nanos()) {
      due += plan.breaksPerSecond() * (TICK / 1e9);
      endSome((int) due, ways);
      due -= (int) due;
      if (now >= nextKill) {
        again.join();
        nextKill += plan.killEvery().toNanos();
        kills++;
        region.kill(VICTIM);
        again = CompletableFuture.runAsync(() -> region.startAgain(VICTIM));
      }
      LockSupport.parkNanos(TICK);
    }
    again.join();
    go.rest();
    ours.rest();
    endSome(live.size(), ways);
  }

  private void start(Crowd crowd, List<Member> members, List<String> peers) {
    crowd.start(new Orders(members, peers, region.urls()));
  }

  private void endSome(int count, List<End> ways) throws IOException {
    List<Integer> numbers = new ArrayList<>(live.keySet());
    Collections.shuffle(numbers, random);
    Map<End, List<Integer>> cut = new EnumMap<>(End.class);
    List<Victim> victims = new ArrayList<>();
    for (int number : numbers.subList(0, Math.min(count, numbers.size()))) {
      Connection connection = live.remove(number);
      if (connection == null) {
        continue;
      }
      End way = ways.get(random.nextInt(ways.size()));
      victims.add(new Victim(number, connection, way));
      ended.merge(way, 1, Integer::sum);
      if (way == End.SILENCE || way == End.RST && !connection.crowd.sendsReset()) {
        cut.computeIfAbsent(way, _ -> new ArrayList<>()).add(connection.port);
      }
    }
    for (var ports : cut.entrySet()) {
      cuts.cut(ports.getKey(), ports.getValue());
    }
    for (Victim victim : victims) {
      victim.connection.crowd.end(victim.number, victim.connection.port, victim.way);
    }
  }

  /// Ends those, too, that were just connecting when all were told to rest.
  ///
  /// @return how many seconds it took until no node had a client
  private long awaitNobody(List<End> ways) {
    long begun = Clock.SYSTEM.nanos();
    Waiting.until(
        plan.silenceFound().plus(PATIENCE),
        () -> "nobody to be connected: " + region.gauges(),
        () -> {
          endSome(live.size(), ways);
          return region.hasClients(0);
        });
    return Duration.ofNanos(Clock.SYSTEM.nanos() - begun).toSeconds();
  }

  private List<Belongings> belongings() throws IOException {
    LockSupport.parkNanos(TRIM.toNanos());
    List<Belongings> all = new ArrayList<>();
    for (int node = 0; node < ChaosRegion.NODES; node++) {
      all.add(region.belongings(node));
    }
    return all;
  }

  private void tellTraffic() {
    tellTraffic("Tailscale's clients: ", go.tally());
    tellTraffic("our clients: ", ours.tally());
    for (End way : End.values()) {
      figures.atLeast("connections ended by " + way, ended.getOrDefault(way, 0), 1);
    }
    figures.atLeast("packets that took a mesh hop", hops.forwards(), go.tally().sent() / 4);
    figures.atMost("packets that took more than one", hops.tooMany(), 0);
  }

  private void tellTraffic(String whose, Tally tally) {
    figures.atLeast(whose + "connections", tally.connects(), plan.clients() / 2);
    figures.atLeast(whose + "packets received", tally.received(), tally.sent() / 4);
    figures.atMost(whose + "packets damaged", tally.damaged(), 0);
    figures.atLeast(whose + "pings answered", tally.pings(), plan.clients() / 2);
    figures.atLeast(whose + "presences heard", tally.presences(), plan.clients());
  }

  private void tellBelongings(List<Belongings> before, List<Belongings> after) {
    for (int node = 0; node < ChaosRegion.NODES; node++) {
      String name = "node " + node + (node == VICTIM ? " (as its predecessor): " : ": ");
      Belongings was = before.get(node);
      Belongings is = after.get(node);
      figures.atMost(name + "descriptors", was.descriptors(), is.descriptors(), was.descriptors());
      int threads = was.threads().size();
      figures.atMost(name + "threads", threads, is.threads().size(), threads);
      if (is.threads().size() > threads) {
        ChaosFigures.note("  before " + count(was.threads()) + "\n  after  " + count(is.threads()));
      }
      long limit = was.bytes() * (100 + plan.moreBytesPercent()) / 100;
      figures.atMost(name + "RSS, kB", was.bytes() >> 10, is.bytes() >> 10, limit >> 10);
    }
  }

  private static Map<String, Long> count(List<String> names) {
    return names.stream()
        .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
  }
}
