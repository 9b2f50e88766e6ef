package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// One question of a network check, and what became of it. Immutable.
///
/// @param asked whom: a server's endpoint, a peer's, or, for [Test#HAIRPIN], our own mapped one
/// @param from from where the answer had to come, or did; null if from anywhere
/// @param mapped as whom we were seen, null without an answer
/// @param tries how often it was asked, 0 if we did not ask (a peer told by itself)
/// @param rttNanos from the first try to the answer; 0 without one
/// @param atNanos when it was decided, on the packet loop's clock
public record Evidence(
    Test test,
    Endpoint asked,
    @Nullable Endpoint from,
    Result result,
    @Nullable Endpoint mapped,
    int tries,
    long rttNanos,
    long atNanos) {

  /// What was asked for (nat-traversal §1.5).
  public enum Test {
    /// From the data port: as whom do you see me?
    MAPPING,
    /// The same from a throw-away socket, whose filters are then tested.
    FILTER_BASE,
    /// Answer me from your other address and port.
    FILTER_OTHER_ADDRESS,
    /// Answer me from your other port.
    FILTER_OTHER_PORT,
    /// From one fresh socket to several endpoints at once: which ports does a hard NAT choose?
    ALLOCATION,
    /// From one socket of ours to the mapped endpoint of another: does it come back?
    HAIRPIN,
    /// A peer answered a probe of the data port, and said as whom it saw us.
    PEER
  }

  /// What became of it.
  public enum Result {
    WAITING,
    ANSWERED,
    SILENT,
    /// The server answered that it does not offer this, or answered from where it was asked.
    REFUSED
  }
}
