package dev.adit.core.path;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.NatAllocation;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import dev.adit.wire.probe.ProbeMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What we know of ourselves: our candidates, addresses and NAT, and the prefixes of the overlay.
final class LocalSide {
  /// R-CAND-5.
  static final int MAX_CANDIDATES = 24;

  private final Set<IpAddress> hostAddresses = new HashSet<>();
  private final Set<IpAddress> reflexiveAddresses = new HashSet<>();
  private List<Candidate> candidates = List.of();
  private List<Prefix> overlay = List.of();
  private int generation;
  private int families;
  NatMapping mapping = NatMapping.UNKNOWN;
  NatFiltering filtering = NatFiltering.UNKNOWN;
  NatAllocation allocation = NatAllocation.UNKNOWN;
  long stunFreshUntil = PathTimers.LONG_AGO;

  /// @return false if nothing changed
  boolean replaceCandidates(List<Candidate> newCandidates) {
    List<Candidate> cut =
        newCandidates.size() > MAX_CANDIDATES
            ? newCandidates.subList(0, MAX_CANDIDATES)
            : newCandidates;
    if (cut.equals(candidates)) {
      return false;
    }
    candidates = new ArrayList<>(cut);
    generation++;
    hostAddresses.clear();
    reflexiveAddresses.clear();
    families = 0;
    for (Candidate candidate : candidates) {
      if (candidate instanceof Candidate.Address(CandidateKind kind, Endpoint endpoint)) {
        families |= endpoint.address().isV4() ? 1 : 2;
        if (kind == CandidateKind.HOST) {
          hostAddresses.add(endpoint.address());
        } else if (kind == CandidateKind.SRFLX) {
          reflexiveAddresses.add(endpoint.address());
        }
      }
    }
    return true;
  }

  /// @return false if nothing changed
  boolean replaceNat(
      NatMapping newMapping, NatFiltering newFiltering, NatAllocation newAllocation) {
    if (mapping == newMapping && filtering == newFiltering && allocation == newAllocation) {
      return false;
    }
    mapping = newMapping;
    filtering = newFiltering;
    allocation = newAllocation;
    return true;
  }

  void replaceOverlay(List<Prefix> prefixes) {
    overlay = List.copyOf(prefixes);
  }

  ProbeMessage.Call call(boolean pleaseAnswer) {
    return new ProbeMessage.Call(
        pleaseAnswer ? ProbeMessage.FLAG_PLEASE_ANSWER : 0,
        generation,
        mapping,
        filtering,
        allocation,
        families,
        candidates);
  }

  /// R-CAND-6: may this be an address of a peer at all?
  boolean accepts(Endpoint endpoint) {
    IpAddress address = endpoint.address();
    if (endpoint.port() == 0
        || address.isLoopback()
        || address.isMulticast()
        || address.isUnspecified()
        || hostAddresses.contains(address)) {
      return false;
    }
    if (families != 0 && (families & (address.isV4() ? 1 : 2)) == 0) {
      return false;
    }
    for (Prefix prefix : overlay) {
      if (prefix.contains(address)) {
        return false;
      }
    }
    return true;
  }

  /// True if the address is, as far as one can tell without prefix lengths, on a link of ours: the
  /// same IPv4 /24 or IPv6 /64 as one of our interface addresses.
  boolean isOnLink(IpAddress address) {
    for (IpAddress own : hostAddresses) {
      if (own.isV4() == address.isV4() && new Prefix(own, own.isV4() ? 24 : 64).contains(address)) {
        return true;
      }
    }
    return false;
  }

  /// True if the peer's address is our own NAT's outside: the packets turn round there.
  boolean isHairpinned(IpAddress address) {
    return reflexiveAddresses.contains(address);
  }
}
