package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.NatMapping;
import java.util.ArrayList;
import java.util.List;

/// What the answers of all servers say together (nat-traversal §1.5, §1.7).
final class Conclusions {
  private Conclusions() {}

  /// @param silent nobody has answered for so long that a verdict is due
  /// @param former its mappings stay until enough servers have answered to say otherwise
  static NetReport of(List<ServerState> servers, boolean silent, NetReport former, long now) {
    List<NetReport.Sample> samples = new ArrayList<>();
    for (ServerState state : servers) {
      Endpoint server = state.server.endpoint();
      boolean answered = state.mapped != null;
      Endpoint mapped = state.mapped == null ? new Endpoint(server.address(), 0) : state.mapped;
      samples.add(new NetReport.Sample(server, answered, mapped, state.rtt));
    }
    return new NetReport(
        family(servers, true, silent, former.v4().mapping(), now),
        family(servers, false, silent, former.v6().mapping(), now),
        samples);
  }

  private static NetReport.Family family(
      List<ServerState> servers, boolean v4, boolean silent, NatMapping former, long now) {
    List<ServerState> fresh = new ArrayList<>();
    int asked = 0;
    boolean waiting = false;
    for (ServerState server : servers) {
      if (server.isV4() == v4) {
        asked++;
        waiting |= server.isWaiting();
        if (server.isFresh(now)) {
          fresh.add(server);
        }
      }
    }
    UdpVerdict udp;
    if (!fresh.isEmpty()) {
      udp = UdpVerdict.WORKS;
    } else if (asked == 0 || waiting && !silent) {
      udp = UdpVerdict.UNKNOWN;
    } else {
      udp = asked > 1 && silent ? UdpVerdict.BLOCKED : UdpVerdict.NO_ANSWER;
    }
    NatMapping mapping = mapping(fresh);
    return new NetReport.Family(
        udp, mapping == NatMapping.UNKNOWN ? former : mapping, mapped(fresh));
  }

  /// Compares each pair of servers: other address and other mapping is the sign of a hard NAT.
  private static NatMapping mapping(List<ServerState> fresh) {
    boolean same = false;
    boolean varies = false;
    boolean samePortsAgree = false;
    for (int i = 0; i < fresh.size(); i++) {
      for (int j = 0; j < i; j++) {
        Endpoint a = fresh.get(i).server.endpoint();
        Endpoint b = fresh.get(j).server.endpoint();
        boolean equal = java.util.Objects.equals(fresh.get(i).mapped, fresh.get(j).mapped);
        if (!a.address().equals(b.address())) {
          same |= equal;
          varies |= !equal;
        } else if (equal) {
          samePortsAgree = true;
        } else {
          return NatMapping.APDM;
        }
      }
    }
    if (varies) {
      return samePortsAgree ? NatMapping.ADM : NatMapping.APDM;
    }
    return same ? NatMapping.EIM : NatMapping.UNKNOWN;
  }

  /// Every endpoint seen by two servers, and the one the nearest server saw, which goes first.
  private static List<Endpoint> mapped(List<ServerState> fresh) {
    List<ServerState> byRtt = new ArrayList<>(fresh);
    byRtt.sort((a, b) -> Long.compare(a.rtt, b.rtt));
    List<Endpoint> result = new ArrayList<>();
    for (ServerState server : byRtt) {
      Endpoint mapped = server.mapped;
      if (mapped != null
          && !result.contains(mapped)
          && (result.isEmpty() || timesSeen(fresh, mapped) > 1)) {
        result.add(mapped);
      }
    }
    return List.copyOf(result);
  }

  private static int timesSeen(List<ServerState> fresh, Endpoint mapped) {
    int times = 0;
    for (ServerState server : fresh) {
      times += mapped.equals(server.mapped) ? 1 : 0;
    }
    return times;
  }
}
