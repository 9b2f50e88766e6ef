package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import java.util.ArrayList;
import java.util.List;

/// Puts together what we announce of ourselves (R-CAND-5): at most 24, in the order STATIC, SRFLX,
/// HOST global IPv6, other HOST, GUESS, cut from the end. No endpoint twice.
public final class OwnCandidates {
  private static final int MAX = 24;

  private OwnCandidates() {}

  /// @param hosts interface addresses with the port of the data socket, see R-CAND-3
  /// @param configured forwarded ports and public addresses from the configuration
  public static List<Candidate> of(
      List<Endpoint> hosts, List<Endpoint> configured, NetReport report) {
    List<Candidate> result = new ArrayList<>();
    List<Endpoint> taken = new ArrayList<>();
    add(result, taken, CandidateKind.STATIC, configured);
    // A mapped endpoint that is an interface address means: no NAT. It is a HOST then.
    List<Endpoint> mapped = new ArrayList<>(report.v4().mapped());
    mapped.addAll(report.v6().mapped());
    mapped.removeAll(hosts);
    add(result, taken, CandidateKind.SRFLX, mapped);
    List<Endpoint> globalV6 = new ArrayList<>();
    List<Endpoint> others = new ArrayList<>();
    for (Endpoint host : hosts) {
      boolean global = host.address().isV6() && !host.address().isPrivate();
      (global ? globalV6 : others).add(host);
    }
    add(result, taken, CandidateKind.HOST, globalV6);
    add(result, taken, CandidateKind.HOST, others);
    if (report.v4().mapping().isHard() && !hosts.isEmpty() && !report.v4().mapped().isEmpty()) {
      Endpoint guess =
          new Endpoint(report.v4().mapped().getFirst().address(), hosts.getFirst().port());
      add(result, taken, CandidateKind.GUESS, List.of(guess));
    }
    return List.copyOf(result.subList(0, Math.min(result.size(), MAX)));
  }

  private static void add(
      List<Candidate> result, List<Endpoint> taken, CandidateKind kind, List<Endpoint> endpoints) {
    for (Endpoint endpoint : endpoints) {
      if (!taken.contains(endpoint)) {
        taken.add(endpoint);
        result.add(new Candidate.Address(kind, endpoint));
      }
    }
  }
}
