package dev.adit.agent;

import dev.adit.core.netcheck.NatClass;
import dev.adit.core.netcheck.NetReport;
import dev.adit.core.netcheck.UdpVerdict;
import dev.adit.core.path.PathState;
import dev.adit.core.path.PeerStatus;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.NatMapping;
import java.util.List;

/// Why a peer is reached as it is: what `adit explain` says first, and what can be done about it.
/// Told from what both ends have measured; a hint for people, by which no path is chosen.
enum PathCause {
  DIRECT("The direct path was proven in both directions, and is the best of those proven.", ""),
  QUIET(
      "No packets have passed for 45 s, so no direct path is kept; the next packet starts the search.",
      "Send something: adit ping PEER."),
  RELAY_ONLY(
      "This node was told never to try a direct path (--relay-only).",
      "Start it without: adit down, then adit up."),
  NO_RELAY(
      "No relay is connected, and no direct path is proven: nothing reaches the peer.",
      "adit status tells how the coordinator and its relays are; adit netcheck tells what gets out"
          + " of this network."),
  UDP_BLOCKED_HERE(
      "No UDP gets out of this node's network, so everything goes by the relay over TCP.",
      "Ask whoever runs this network's firewall to let UDP out, at least to port 3478 and from"
          + " there to any."),
  PEER_SILENT(
      "The peer's agent has not been heard yet: it is off line, or has just begun.",
      "Look whether the peer is on line: adit status there."),
  NO_COMMON_FAMILY(
      "The peer has no address of a family that this node has, IPv4 or IPv6.",
      "Give one of the two the other family: then both have one in common."),
  UDP_BLOCKED_THERE(
      "The peer has learned no address of its own from outside: no UDP seems to get out there.",
      "Ask whoever runs the peer's network to let UDP out; adit netcheck there shows more."),
  TOO_SMALL(
      "The direct path answers, but carries less than 1280 bytes, which WireGuard needs.",
      "Raise the MTU on the way: a tunnel between the two, or a link, is set too small."),
  SAME_NAT(
      "Both are behind the same NAT, which does not turn packets round to its own outside"
          + " (no hairpinning), and their local networks do not reach each other.",
      "Switch on hairpinning (NAT loopback) in that router, or let the two local networks reach"
          + " each other."),
  BOTH_HARD(
      "Both NATs give each destination another port (symmetric), so neither can tell the other"
          + " where to send.",
      "Forward one UDP port to either node (adit up --candidate IP:PORT), or give both IPv6."),
  HARD_HERE(
      "This node's NAT gives each destination another port (symmetric), and the peer's NAT or"
          + " firewall lets in only what it knows.",
      "Forward one UDP port to either node (adit up --candidate IP:PORT), give both IPv6, or let"
          + " this NAT keep ports (endpoint-independent mapping)."),
  HARD_THERE(
      "The peer's NAT gives each destination another port (symmetric), and this node's NAT or"
          + " firewall lets in only what it knows.",
      "Forward one UDP port to either node (adit up --candidate IP:PORT), give both IPv6, or let"
          + " the peer's NAT keep ports (endpoint-independent mapping)."),
  SEARCHING(
      "Direct paths are being tried; until one is proven, packets go by the relay.",
      "Ask again in a few seconds."),
  NO_ANSWER(
      "None of the peer's addresses answers: something on the way drops UDP between the two.",
      "Look at the firewalls of both sides for rules on UDP; a port forwarded to either node"
          + " (adit up --candidate IP:PORT) helps past most of them.");

  /// What the choice is made of.
  ///
  /// @param relayUp a relay of the peer or of ours is connected
  /// @param searching nanoseconds since packets began to flow, or −1 if they do not
  record Facts(
      boolean relayOnly, boolean relayUp, NetReport report, PeerStatus peer, long searching) {}

  private static final long SEARCH_NANOS = 3_000_000_000L;

  private final String sentence;
  private final String advice;

  PathCause(String sentence, String advice) {
    this.sentence = sentence;
    this.advice = advice;
  }

  String sentence() {
    return sentence;
  }

  /// What would make it better; empty where nothing would.
  String advice() {
    return advice;
  }

  static PathCause of(Facts facts) {
    PeerStatus peer = facts.peer;
    if (peer.state() == PathState.DIRECT) {
      return DIRECT;
    }
    if (!facts.relayUp) {
      return NO_RELAY;
    }
    if (facts.relayOnly) {
      return RELAY_ONLY;
    }
    if (isBlocked(facts.report)) {
      return UDP_BLOCKED_HERE;
    }
    if (!peer.probeKeyKnown()) {
      return PEER_SILENT;
    }
    if (peer.state() == PathState.IDLE) {
      return QUIET;
    }
    return ofCandidates(facts);
  }

  private static PathCause ofCandidates(Facts facts) {
    List<PeerStatus.CandidateStatus> candidates = facts.peer.candidates();
    if (candidates.stream().anyMatch(candidate -> candidate.state().equals("SMALL"))) {
      return TOO_SMALL;
    }
    if (facts.searching >= 0 && facts.searching < SEARCH_NANOS) {
      return SEARCHING;
    }
    if (candidates.isEmpty()) {
      return NO_COMMON_FAMILY;
    }
    if (seemsBlocked(facts.peer)) {
      return UDP_BLOCKED_THERE;
    }
    if (isSameNat(facts.report, candidates)) {
      return SAME_NAT;
    }
    boolean isHardHere =
        isHard(facts.report.v4())
            || facts.report.v4().mapped().isEmpty() && isHard(facts.report.v6());
    boolean isHardThere = facts.peer.nat().mapping().isHard();
    if (isHardHere) {
      return isHardThere ? BOTH_HARD : HARD_HERE;
    }
    return isHardThere ? HARD_THERE : NO_ANSWER;
  }

  private static boolean isHard(NetReport.Family family) {
    return family.mapping().isHard();
  }

  /// No family gets out, and one is known not to.
  private static boolean isBlocked(NetReport report) {
    boolean any = false;
    for (NetReport.Family family : List.of(report.v4(), report.v6())) {
      if (family.udp() == UdpVerdict.WORKS) {
        return false;
      }
      any |= family.udp() == UdpVerdict.BLOCKED || family.nat().natClass() == NatClass.UDP_BLOCKED;
    }
    return any;
  }

  /// The peer names interface addresses alone, private ones, or such as no server has confirmed.
  private static boolean seemsBlocked(PeerStatus peer) {
    boolean isMeasured = peer.nat().mapping() != NatMapping.UNKNOWN;
    for (PeerStatus.CandidateStatus candidate : peer.candidates()) {
      if (candidate.kind() != CandidateKind.HOST
          || isMeasured && isGlobal(candidate.endpoint().address())) {
        return false;
      }
    }
    return true;
  }

  /// Not of RFC 1918, 6598, 3927 or 4193, nor link-local.
  private static boolean isGlobal(IpAddress address) {
    byte[] bytes = address.bytes();
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (address.isV4()) {
      return first != 10
          && !(first == 172 && second >= 16 && second < 32)
          && !(first == 192 && second == 168)
          && !(first == 100 && second >= 64 && second < 128)
          && !(first == 169 && second == 254);
    }
    return (first & 0xfe) != 0xfc && !(first == 0xfe && (second & 0xc0) == 0x80);
  }

  private static boolean isSameNat(NetReport report, List<PeerStatus.CandidateStatus> candidates) {
    for (Endpoint own : report.v4().mapped()) {
      for (PeerStatus.CandidateStatus candidate : candidates) {
        if (candidate.kind() == CandidateKind.SRFLX
            && candidate.endpoint().address().equals(own.address())) {
          return true;
        }
      }
    }
    return false;
  }
}
