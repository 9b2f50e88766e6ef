package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How one peer is reached at this moment, for `status` and `explain`. Immutable.
///
/// @param isNative WireGuard sends to `endpoint` by itself; else every packet passes the agent
/// @param endpoint the selected direct endpoint, or null
/// @param srttNanos of the selected path; 0 when there is none
/// @param lossPercent of the last 20 pings on the selected path
/// @param mtu bytes of an IP packet to the peer at most, [TunnelMtu#LEAST] to [TunnelMtu#MOST]
/// @param mtuRemark why it is not the most; empty if it is
/// @param nat what the peer says of its own NAT
/// @param probeKeyKnown false until the peer's probe key came, by HELLO or presence
/// @param transitions the last 50, oldest first
public record PeerStatus(
    PublicKey peer,
    PathState state,
    boolean isNative,
    @Nullable Endpoint endpoint,
    long srttNanos,
    int lossPercent,
    int mtu,
    String mtuRemark,
    PeerNat nat,
    boolean probeKeyKnown,
    List<CandidateStatus> candidates,
    List<Transition> transitions) {

  /// What a peer says of its own NAT, in CALL; all unknown before the first.
  public record PeerNat(NatMapping mapping, NatFiltering filtering) {
    static final PeerNat UNKNOWN = new PeerNat(NatMapping.UNKNOWN, NatFiltering.UNKNOWN);
  }

  /// @param remark a sentence when the candidate cannot be used, or empty
  public record CandidateStatus(
      CandidateKind kind, Endpoint endpoint, String state, long srttNanos, String remark) {}

  /// @param at nanoseconds since process start
  public record Transition(
      long at, PathState from, PathState to, PathReason reason, @Nullable Endpoint endpoint) {}
}
