package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.netcheck.NatClass;
import dev.adit.core.netcheck.NatVerdict;
import dev.adit.core.netcheck.NetReport;
import dev.adit.core.netcheck.UdpVerdict;
import dev.adit.core.path.PathState;
import dev.adit.core.path.PeerStatus;
import dev.adit.core.path.PeerStatus.CandidateStatus;
import dev.adit.core.path.PeerStatus.PeerNat;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.NatAllocation;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Each cause by the least that makes it; the lab's pairs of NATs have theirs in `NatCellsTest`.
class PathCauseTest {
  private static final PublicKey PEER = PrivateKey.generate(new Random(1)).publicKey();
  private static final CandidateStatus OUTSIDE =
      candidate(CandidateKind.SRFLX, "203.0.113.9:41000", "FAILED");
  private static final CandidateStatus INSIDE =
      candidate(CandidateKind.HOST, "192.168.7.2:51820", "FAILED");

  private boolean relayOnly;
  private boolean relayUp = true;
  private NetReport.Family v4 = family(UdpVerdict.WORKS, NatMapping.EIM, "198.51.100.1:5000");
  private NetReport.Family v6 = family(UdpVerdict.UNKNOWN, NatMapping.UNKNOWN);
  private PathState state = PathState.RELAYED;
  private boolean heard = true;
  private NatMapping theirs = NatMapping.EIM;
  private List<CandidateStatus> candidates = List.of(OUTSIDE, INSIDE);
  private long searching = 60_000_000_000L;

  @Test
  void whatIsDirectNeedsNoAdvice() {
    state = PathState.DIRECT;
    assertThat(cause()).isEqualTo(PathCause.DIRECT);
    assertThat(cause().advice()).isEmpty();
  }

  @Test
  void whatIsSwitchedOffOrGoneComesBeforeNats() {
    theirs = NatMapping.APDM;
    relayOnly = true;
    assertThat(cause()).isEqualTo(PathCause.RELAY_ONLY);
    relayUp = false;
    assertThat(cause()).isEqualTo(PathCause.NO_RELAY);
  }

  @Test
  void udpThatDoesNotGetOut() {
    v4 = family(UdpVerdict.BLOCKED, NatMapping.UNKNOWN);
    assertThat(cause()).isEqualTo(PathCause.UDP_BLOCKED_HERE);
    v6 = family(UdpVerdict.WORKS, NatMapping.EIM, "[2001:db8::1]:5000");
    candidates = List.of(INSIDE);
    assertThat(cause()).isEqualTo(PathCause.UDP_BLOCKED_THERE);
    candidates = List.of(INSIDE, candidate(CandidateKind.HOST, "[fd00::2]:51820", "FAILED"));
    assertThat(cause()).isEqualTo(PathCause.UDP_BLOCKED_THERE);
    candidates = List.of(candidate(CandidateKind.HOST, "[2001:db8::2]:51820", "FAILED"));
    assertThat(cause()).isEqualTo(PathCause.NO_ANSWER);
  }

  @Test
  void peersThatSayNothing() {
    heard = false;
    assertThat(cause()).isEqualTo(PathCause.PEER_SILENT);
    heard = true;
    state = PathState.IDLE;
    assertThat(cause()).isEqualTo(PathCause.QUIET);
    state = PathState.RELAYED;
    searching = 1_000_000_000L;
    assertThat(cause()).isEqualTo(PathCause.SEARCHING);
    searching = 60_000_000_000L;
    candidates = List.of();
    assertThat(cause()).isEqualTo(PathCause.NO_COMMON_FAMILY);
  }

  @Test
  void hardNats() {
    assertThat(cause()).isEqualTo(PathCause.NO_ANSWER);
    theirs = NatMapping.ADM;
    assertThat(cause()).isEqualTo(PathCause.HARD_THERE);
    v4 = family(UdpVerdict.WORKS, NatMapping.APDM, "198.51.100.1:5000");
    assertThat(cause()).isEqualTo(PathCause.BOTH_HARD);
    theirs = NatMapping.UNKNOWN;
    assertThat(cause()).isEqualTo(PathCause.HARD_HERE);
    v4 = family(UdpVerdict.UNKNOWN, NatMapping.UNKNOWN);
    v6 = family(UdpVerdict.WORKS, NatMapping.APDM, "[2001:db8::1]:5000");
    assertThat(cause()).as("IPv6 alone").isEqualTo(PathCause.HARD_HERE);
  }

  @Test
  void oneNatForBoth() {
    theirs = NatMapping.APDM;
    v4 = family(UdpVerdict.WORKS, NatMapping.APDM, "203.0.113.9:5000");
    assertThat(cause()).isEqualTo(PathCause.SAME_NAT);
  }

  @Test
  void aPathThatIsTooSmall() {
    candidates = List.of(candidate(CandidateKind.SRFLX, "203.0.113.9:41000", "SMALL"));
    searching = 0;
    assertThat(cause()).isEqualTo(PathCause.TOO_SMALL);
  }

  @Test
  void eachSaysWhatCanBeDone() {
    for (PathCause cause : PathCause.values()) {
      assertThat(cause.sentence()).as(cause.name()).endsWith(".");
      assertThat(cause.advice().isEmpty()).as(cause.name()).isEqualTo(cause == PathCause.DIRECT);
    }
  }

  private PathCause cause() {
    var peer =
        new PeerStatus(
            PEER,
            state,
            false,
            null,
            0,
            0,
            1280,
            "",
            new PeerNat(theirs, NatFiltering.UNKNOWN),
            heard,
            candidates,
            List.of());
    return PathCause.of(
        new PathCause.Facts(relayOnly, relayUp, new NetReport(v4, v6, List.of()), peer, searching));
  }

  private static CandidateStatus candidate(CandidateKind kind, String endpoint, String state) {
    return new CandidateStatus(kind, Endpoint.literal(endpoint), state, 0, "");
  }

  private static NetReport.Family family(UdpVerdict udp, NatMapping mapping, String... mapped) {
    var nat =
        new NatVerdict(
            NatClass.UNKNOWN,
            mapping,
            NatFiltering.UNKNOWN,
            NatAllocation.UNKNOWN,
            0,
            NatVerdict.Hairpin.UNKNOWN,
            Set.of());
    List<Endpoint> endpoints = List.of(mapped).stream().map(Endpoint::literal).toList();
    return new NetReport.Family(udp, mapping, endpoints, nat, List.of());
  }
}
