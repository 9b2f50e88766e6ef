package dev.adit.coordinator.stream;

import dev.adit.net.Clock;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// How much the hub knows, at one moment. Immutable.
///
/// @param streams open now
public record HubSizes(int streams, List<OfNetwork> networks) {
  private static final long PATIENCE_SECONDS = 5;

  public HubSizes {
    networks = List.copyOf(networks);
  }

  /// @param nodes live ones
  /// @param online nodes with a stream
  public record OfNetwork(UUID id, long revision, int nodes, int online) {}

  /// On the hub thread.
  static HubSizes of(int streams, Collection<NetworkRoom> rooms) {
    List<OfNetwork> networks = new ArrayList<>();
    for (NetworkRoom room : rooms) {
      var network = room.view.network();
      networks.add(
          new OfNetwork(
              network.id(), network.revision(), room.view.nodes().size(), room.streams()));
    }
    return new HubSizes(streams, networks);
  }

  /// Adds what `hub` counts. Its sizes are left out if its thread does not answer within 5 s: how
  /// long it takes is told in any case.
  public static void read(Hub hub, Clock clock, Readings into) {
    hub.counters.read(into);
    long asked = clock.nanos();
    HubSizes sizes = null;
    try {
      sizes = hub.sizes().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // What is missing, and the time, say so.
    }
    into.gauge(
        "adit_coordinator_hub_answer_seconds",
        "How long the hub, which decides what agents hear, took to answer this question.",
        (clock.nanos() - asked) / 1e9);
    if (sizes != null) {
      sizes.read(into);
    }
  }

  private void read(Readings into) {
    into.gauge("adit_coordinator_streams", "Streams of agents open now.", streams);
    Metric nodes = into.gauges("adit_coordinator_nodes", "Nodes of a network.", "network");
    Metric online =
        into.gauges(
            "adit_coordinator_nodes_online", "Nodes of a network that have a stream.", "network");
    Metric revisions =
        into.gauges("adit_coordinator_revision", "The revision of a network.", "network");
    for (OfNetwork network : networks) {
      String id = network.id.toString();
      nodes.add(network.nodes, id);
      online.add(network.online, id);
      revisions.add(network.revision, id);
    }
  }
}
