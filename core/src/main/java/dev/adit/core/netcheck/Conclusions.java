package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;
import java.util.ArrayList;
import java.util.List;

/// What the answers of all servers say together (nat-traversal §1.5, §1.7).
final class Conclusions {
  private Conclusions() {}

  static List<NetReport.Sample> answers(List<ServerState> servers) {
    List<NetReport.Sample> samples = new ArrayList<>();
    for (ServerState state : servers) {
      Endpoint server = state.server.endpoint();
      boolean answered = state.mapped != null;
      Endpoint mapped = state.mapped == null ? new Endpoint(server.address(), 0) : state.mapped;
      samples.add(new NetReport.Sample(server, answered, mapped, state.rtt));
    }
    return samples;
  }

  static List<MappingSample> samples(List<ServerState> fresh) {
    List<MappingSample> samples = new ArrayList<>();
    for (ServerState state : fresh) {
      if (state.mapped != null) {
        samples.add(new MappingSample(state.server.endpoint(), state.mapped));
      }
    }
    return samples;
  }

  /// Whether one server address has answered at two of its ports.
  static boolean answersAtTwoPorts(List<ServerState> fresh) {
    for (ServerState a : fresh) {
      for (ServerState b : fresh) {
        if (a != b && a.server.endpoint().address().equals(b.server.endpoint().address())) {
          return true;
        }
      }
    }
    return false;
  }

  /// Every endpoint seen by two servers, and the one the nearest server saw, which goes first.
  static List<Endpoint> mapped(List<ServerState> fresh) {
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
