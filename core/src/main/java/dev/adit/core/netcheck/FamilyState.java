package dev.adit.core.netcheck;

import dev.adit.core.netcheck.NatVerdict.Gap;
import dev.adit.core.netcheck.NatVerdict.Hairpin;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One address family of a network check: how long it is silent, its behaviour tests, what peers
/// say, and the verdict (nat-traversal §1.6, §1.7). Confined to its [NetCheck].
final class FamilyState {
  private static final long[] RETESTS = {
    30 * NetCheck.SECOND, 60 * NetCheck.SECOND, 300 * NetCheck.SECOND
  };

  /// After the first answer: the start of a node and the end of its network's changes go first.
  private static final long TESTS_AFTER = NetCheck.SECOND;

  /// Tests are not repeated sooner because answers contradict them: some NATs always do.
  private static final long TESTS_EVERY = 600 * NetCheck.SECOND;

  /// What a peer said counts as long as it says so again and again.
  private static final long PEER_FRESH = 60 * NetCheck.SECOND;

  private static final int MOST_PEERS = 8;

  final boolean isV4;
  long silentSince = NetCheck.NEVER;
  private boolean askedInRun;
  private int retests;
  long retestAt = NetCheck.NEVER;

  private @Nullable NatTests tests;
  private long testsDueAt = NetCheck.NEVER;
  private long testedAt = NetCheck.NEVER;
  private final List<Evidence> peers = new ArrayList<>();

  FamilyState(boolean isV4) {
    this.isV4 = isV4;
  }

  /// Nothing known before holds any more.
  void forget() {
    silentSince = NetCheck.NEVER;
    retests = 0;
    retestAt = NetCheck.NEVER;
    tests = null;
    testsDueAt = NetCheck.NEVER;
    testedAt = NetCheck.NEVER;
    peers.clear();
  }

  // --- silence

  boolean isSilent(long now) {
    return silentSince != NetCheck.NEVER && now - silentSince >= NetCheck.BLOCKED_AFTER;
  }

  void answered(long now) {
    silentSince = NetCheck.NEVER;
    retests = 0;
    retestAt = NetCheck.NEVER;
    if (testedAt == NetCheck.NEVER && testsDueAt == NetCheck.NEVER) {
      testsDueAt = now + TESTS_AFTER;
    }
  }

  void runBegan() {
    askedInRun = false;
  }

  void asked(long now) {
    askedInRun = true;
    if (silentSince == NetCheck.NEVER) {
      silentSince = now;
    }
  }

  /// A run has ended. Silence: once more at once, so that 3 s are full, then ever more rarely.
  void runEnded(boolean wasAsked, long now) {
    if (!wasAsked || silentSince == NetCheck.NEVER) {
      retestAt = NetCheck.NEVER;
    } else {
      boolean often = !isSilent(now) && askedInRun; // nobody asked: they want to be left alone
      retestAt = often ? now : now + RETESTS[Math.min(retests++, RETESTS.length - 1)];
    }
  }

  /// Something came through, whatever the servers say.
  ///
  /// @return true if they are to be asked at once
  boolean proven() {
    boolean wasBlocked = retests > 0;
    retests = 0;
    return wasBlocked;
  }

  // --- peers

  /// @param peer to which a probe of the data port went
  void peerSaw(Endpoint peer, Endpoint as, long now) {
    peers.removeIf(known -> known.asked().equals(peer));
    if (peers.size() == MOST_PEERS) {
      var _ = peers.removeFirst();
    }
    peers.add(
        new Evidence(Evidence.Test.PEER, peer, peer, Evidence.Result.ANSWERED, as, 0, 0, now));
  }

  // --- tests

  /// @return true if tests have just begun: their sockets must be new
  boolean beginIfDue(
      List<ServerState> fresh, List<Endpoint> hosts, RandomGenerator random, long now) {
    if (now < testsDueAt) {
      return false;
    }
    testsDueAt = NetCheck.NEVER;
    if (fresh.isEmpty()) {
      return false;
    }
    ServerState best = fresh.getFirst();
    for (ServerState server : fresh) {
      if (best.other == null && server.other != null) {
        best = server;
      }
    }
    testedAt = now;
    tests = new NatTests(best.server.endpoint(), best.other, hosts, random);
    return true;
  }

  @Nullable NatTests running() {
    NatTests now = tests;
    return now == null || now.isDone() ? null : now;
  }

  long wakeAt() {
    NatTests now = running();
    return now == null ? testsDueAt : now.wakeAt();
  }

  // --- the verdict

  /// @param asked servers of this family that were asked
  /// @param hosts our addresses with the data port; null if they are not known
  NetReport.Family conclude(
      List<ServerState> asked, @Nullable List<Endpoint> hosts, NatMapping former, long now) {
    List<ServerState> fresh = new ArrayList<>();
    Set<IpAddress> addresses = new HashSet<>();
    boolean waiting = false;
    for (ServerState server : asked) {
      addresses.add(server.server.endpoint().address());
      waiting |= server.isWaiting();
      if (server.isFresh(now)) {
        fresh.add(server);
      }
    }
    boolean silent = isSilent(now);
    UdpVerdict udp;
    if (!fresh.isEmpty()) {
      udp = UdpVerdict.WORKS;
    } else if (asked.isEmpty() || waiting && !silent) {
      udp = UdpVerdict.UNKNOWN;
    } else {
      udp = addresses.size() > 1 && silent ? UdpVerdict.BLOCKED : UdpVerdict.NO_ANSWER;
    }
    NatVerdict nat = verdict(udp, fresh, hosts, now);
    return new NetReport.Family(
        udp,
        nat.mapping() == NatMapping.UNKNOWN ? former : nat.mapping(),
        Conclusions.mapped(fresh),
        nat,
        evidence(asked));
  }

  private NatVerdict verdict(
      UdpVerdict udp, List<ServerState> fresh, @Nullable List<Endpoint> hosts, long now) {
    switch (udp) {
      case BLOCKED -> {
        return unmeasured(NatClass.UDP_BLOCKED, Set.of());
      }
      case NO_ANSWER -> {
        return unmeasured(NatClass.UNKNOWN, Set.of(Gap.ONE_SERVER_SILENT));
      }
      case UNKNOWN -> {
        return hosts != null && hosts.stream().noneMatch(this::isOfFamily)
            ? unmeasured(NatClass.NO_ADDRESS, Set.of())
            : NatVerdict.NOTHING;
      }
      case WORKS -> {}
    }
    Set<Gap> gaps = EnumSet.noneOf(Gap.class);
    boolean translated =
        hosts == null || !fresh.stream().allMatch(server -> hosts.contains(server.mapped));
    NatTests done = tests != null && tests.isDone() ? tests : null;
    NatMapping mapping = translated ? mapping(fresh, done, gaps, now) : NatMapping.EIM;
    NatFiltering filtering = NatFiltering.UNKNOWN;
    PortAllocation allocation = PortAllocation.of(List.of(), 0);
    Hairpin hairpin = Hairpin.UNKNOWN;
    if (done == null) {
      gaps.add(Gap.NOT_YET);
    } else {
      filtering = done.filtering();
      allocation = done.allocation();
      hairpin = done.hairpin();
      gaps.addAll(done.gaps(Conclusions.answersAtTwoPorts(fresh)));
    }
    return new NatVerdict(
        natClass(translated, mapping, filtering),
        mapping,
        filtering,
        mapping.isHard() ? allocation.pattern() : dev.adit.wire.probe.NatAllocation.UNKNOWN,
        mapping.isHard() ? allocation.step() : 0,
        hairpin,
        gaps);
  }

  private static NatVerdict unmeasured(NatClass natClass, Set<Gap> gaps) {
    NatVerdict nothing = NatVerdict.NOTHING;
    return new NatVerdict(
        natClass,
        nothing.mapping(),
        nothing.filtering(),
        nothing.allocation(),
        0,
        nothing.hairpin(),
        gaps);
  }

  private boolean isOfFamily(Endpoint endpoint) {
    return endpoint.address().isV4() == isV4;
  }

  /// Servers and tests first; peers, who are asked anyway, where those cannot tell (R-STUN-22).
  private NatMapping mapping(
      List<ServerState> fresh, @Nullable NatTests done, Set<Gap> gaps, long now) {
    List<MappingSample> samples = Conclusions.samples(fresh);
    NatMapping current = MappingSample.compare(samples);
    NatMapping tested = done == null ? NatMapping.UNKNOWN : MappingSample.compare(done.samples());
    boolean contradicts =
        current != NatMapping.UNKNOWN
            && tested != NatMapping.UNKNOWN
            && current.isHard() != tested.isHard();
    boolean moved = done != null && done.samples().stream().noneMatch(s -> isIn(s, samples));
    if ((contradicts || moved) && now - testedAt >= TESTS_EVERY) {
      testsDueAt = Math.min(testsDueAt, now);
    }
    NatMapping mapping = tested == NatMapping.UNKNOWN || contradicts ? current : tested;
    List<MappingSample> ofPeers = new ArrayList<>();
    for (Evidence peer : peers) {
      Endpoint mapped = peer.mapped();
      if (mapped != null && now - peer.atNanos() < PEER_FRESH) {
        ofPeers.add(new MappingSample(peer.asked(), mapped));
      }
    }
    if (mapping == NatMapping.UNKNOWN) {
      samples.addAll(ofPeers);
      mapping = MappingSample.compare(samples);
      if (mapping == NatMapping.UNKNOWN) {
        gaps.add(Gap.ONE_ADDRESS);
      }
    } else if (mapping == NatMapping.EIM
        && ofPeers.stream()
            .anyMatch(peer -> samples.stream().noneMatch(s -> s.mapped().equals(peer.mapped())))) {
      gaps.add(Gap.PEERS_DISAGREE);
    }
    return mapping;
  }

  /// Whether the NAT still has that address.
  private static boolean isIn(MappingSample tested, List<MappingSample> samples) {
    return samples.stream()
        .anyMatch(sample -> sample.mapped().address().equals(tested.mapped().address()));
  }

  /// The decision tree.
  private static NatClass natClass(boolean translated, NatMapping mapping, NatFiltering filtering) {
    if (!translated) {
      return switch (filtering) {
        case UNKNOWN -> NatClass.NO_NAT;
        case EIF -> NatClass.OPEN;
        case ADF, APDF -> NatClass.FIREWALL;
      };
    }
    return switch (mapping) {
      case UNKNOWN -> NatClass.NAT;
      case ADM, APDM -> NatClass.SYMMETRIC;
      case EIM ->
          switch (filtering) {
            case UNKNOWN -> NatClass.EASY_NAT;
            case EIF -> NatClass.FULL_CONE;
            case ADF -> NatClass.ADDRESS_RESTRICTED;
            case APDF -> NatClass.PORT_RESTRICTED;
          };
    };
  }

  private List<Evidence> evidence(List<ServerState> asked) {
    List<Evidence> all = new ArrayList<>();
    asked.forEach(server -> all.add(server.evidence()));
    if (tests != null) {
      for (Evidence one : tests.evidence()) {
        boolean known =
            one.test() == Evidence.Test.MAPPING
                && all.stream().anyMatch(other -> other.asked().equals(one.asked()));
        if (!known) {
          all.add(one);
        }
      }
    }
    all.addAll(peers);
    return List.copyOf(all);
  }
}
