package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.NatMapping;
import java.util.List;

/// What the last checks showed, with the evidence. Immutable.
///
/// @param servers in the order they were given
public record NetReport(Family v4, Family v6, List<Sample> servers) {
  public static final NetReport NOTHING = new NetReport(Family.NOTHING, Family.NOTHING, List.of());

  /// One address family.
  ///
  /// @param mapping EIM if two servers saw the same endpoint; ADM or APDM if not
  /// @param mapped the endpoints at which we are probably reachable, nearest server's first
  /// @param evidence every question and its answer, in the order of the tests
  public record Family(
      UdpVerdict udp,
      NatMapping mapping,
      List<Endpoint> mapped,
      NatVerdict nat,
      List<Evidence> evidence) {
    static final Family NOTHING =
        new Family(
            UdpVerdict.UNKNOWN, NatMapping.UNKNOWN, List.of(), NatVerdict.NOTHING, List.of());

    /// Whether anything but round trips and times is other than before.
    boolean saysTheSameAs(Family before) {
      return udp == before.udp
          && mapping == before.mapping
          && mapped.equals(before.mapped)
          && nat.equals(before.nat);
    }
  }

  /// One server's last answer.
  ///
  /// @param mapped where it saw us; the server itself with port 0 when it never answered
  /// @param rttNanos 0 when it never answered
  public record Sample(Endpoint server, boolean answered, Endpoint mapped, long rttNanos) {}
}
