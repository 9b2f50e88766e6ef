package dev.adit.core.netcheck;

import dev.adit.wire.probe.NatAllocation;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import java.util.Set;

/// What the evidence of one address family says, and how sure that is. Immutable.
///
/// @param allocation how a hard NAT chooses ports
/// @param step between the ports of a [NatAllocation#SEQUENTIAL] NAT, −16 to 16; else 0
/// @param gaps what could not be measured; empty if nothing is missing
public record NatVerdict(
    NatClass natClass,
    NatMapping mapping,
    NatFiltering filtering,
    NatAllocation allocation,
    int step,
    Hairpin hairpin,
    Set<Gap> gaps) {
  static final NatVerdict NOTHING =
      new NatVerdict(
          NatClass.UNKNOWN,
          NatMapping.UNKNOWN,
          NatFiltering.UNKNOWN,
          NatAllocation.UNKNOWN,
          0,
          Hairpin.UNKNOWN,
          Set.of());

  public NatVerdict {
    gaps = Set.copyOf(gaps);
  }

  /// How sure the class is.
  public Certainty certainty() {
    return switch (natClass) {
      case UNKNOWN -> Certainty.NONE;
      case NAT, EASY_NAT, NO_NAT -> Certainty.PARTIAL;
      default -> gaps.isEmpty() ? Certainty.MEASURED : Certainty.PARTIAL;
    };
  }

  /// How sure a class is.
  public enum Certainty {
    NONE,
    /// What is said was measured, but something is missing: see the gaps.
    PARTIAL,
    /// Everything was measured.
    MEASURED
  }

  /// Whether packets to our own mapped endpoint come back; measured for people only.
  public enum Hairpin {
    UNKNOWN,
    NO,
    /// They come back with a mapped source, as RFC 4787 wants it.
    EXTERNAL,
    /// They come back with the source inside.
    INTERNAL
  }

  /// Why a verdict is not complete.
  public enum Gap {
    /// The tests are under way, or about to begin.
    NOT_YET,
    /// All answers came from one server address.
    ONE_ADDRESS,
    /// No server has a second address and port, so nobody tells whom the NAT lets in.
    NO_SECOND_ADDRESS,
    /// The server has a second port, but no second address.
    SECOND_PORT_ONLY,
    /// The server's second address or port does not even answer when asked: silence proves nothing.
    SECOND_SILENT,
    /// A peer sees us elsewhere than the servers do.
    PEERS_DISAGREE,
    /// Only one server address was asked, and it is silent: it may be the server.
    ONE_SERVER_SILENT
  }
}
