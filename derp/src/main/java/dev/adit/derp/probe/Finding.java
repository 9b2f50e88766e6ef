package dev.adit.derp.probe;

/// What one trial of a relay found. Immutable.
///
/// @param kind of trial
/// @param from name of the node that was tried, or of the one packets left from
/// @param to name of the node that packets went to, an address that was asked, or empty
/// @param problem empty if all is well
/// @param micros how long it took, in microseconds; of a transfer its whole time, of packets at an
///   even rate the longest that one of them took
public record Finding(Kind kind, String from, String to, String problem, long micros) {
  /// Kinds of trials.
  public enum Kind {
    /// The certificate: its dates, and that TLS works.
    TLS,
    /// The same relay answers each time: no proxy or balancer leads clients to several, which could
    /// not reach each other (derp §17).
    KEY,
    /// An answer to a STUN request.
    STUN,
    /// A packet from a client of one node to a client of another.
    MESH,
    /// Many packets, all of which have to come, in their order.
    BANDWIDTH,
    /// Packets at an even rate, of which the slowest counts.
    DELAY
  }

  public boolean isGood() {
    return problem.isEmpty();
  }
}
