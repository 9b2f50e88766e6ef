package dev.adit.derp.probe;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.derp.HttpOptions;
import dev.adit.derp.probe.Finding.Kind;
import dev.adit.net.Clock;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Tries the relays of a map (derp §18): each node's certificate and key, each of its addresses by
/// STUN, and a packet between each two nodes of a region, both ways and from each to itself.
/// Thread-safe; every trial makes connections of its own and ends them.
public final class Prober {
  /// As many as Tailscale's own check of a relay makes.
  private static final int CONNECTIONS = 5;

  private final HttpOptions http;
  private final RandomGenerator random;
  private final Clock clock;
  private final int bandwidthBytes;
  private final int delayPackets;

  /// @param http how to reach relays; with the mesh key if they ask for one
  /// @param random must be cryptographically secure, and thread-safe
  /// @param bandwidthBytes how much to send between each two nodes; 0 for none of that
  /// @param delayPackets how many to send within a second, to see how long they wait; 0 for none
  public Prober(
      HttpOptions http, RandomGenerator random, Clock clock, int bandwidthBytes, int delayPackets) {
    this.http = http.withDerp(http.derp().asProber());
    this.random = random;
    this.clock = clock;
    this.bandwidthBytes = bandwidthBytes;
    this.delayPackets = delayPackets;
  }

  /// Tries everything once, one after the other; takes seconds, or a minute where much is wrong.
  public List<Finding> probe(DerpMap map) {
    var found = new ArrayList<Finding>();
    map.regions().values().forEach(region -> found.addAll(probe(region)));
    return found;
  }

  /// Tries one region once.
  public List<Finding> probe(DerpRegion region) {
    var found = new ArrayList<Finding>();
    var nodes = new NodeTrial(random, clock);
    for (DerpNode node : region.nodes()) {
      if (!node.stunOnly()) {
        found.add(nodes.tls(node));
        found.add(key(region, node));
      }
      found.addAll(nodes.stun(node));
    }
    for (DerpNode from : region.nodes()) {
      for (DerpNode to : region.nodes()) {
        if (!from.stunOnly() && !to.stunOnly()) {
          found.addAll(pair(region, from, to));
        }
      }
    }
    return found;
  }

  private Finding key(DerpRegion region, DerpNode node) {
    long began = clock.nanos();
    String problem = "";
    var keys = new HashSet<PublicKey>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        try (var client = client(region, node)) {
          client.connect();
          keys.add(client.serverKey());
        }
      }
      problem =
          keys.size() == 1
              ? ""
              : keys.size()
                  + " relays answer by this name; they have to be one, or names of a mesh";
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
    }
    return new Finding(Kind.KEY, node.name(), "", problem, (clock.nanos() - began) / 1000);
  }

  private List<Finding> pair(DerpRegion region, DerpNode from, DerpNode to) {
    var found = new ArrayList<Finding>();
    found.add(run(Kind.MESH, region, from, to, timed(PairTrial::onePacket)));
    boolean good = found.getFirst().isGood();
    if (bandwidthBytes > 0 && good) {
      Step step = timed(trial -> trial.manyPackets(bandwidthBytes));
      found.add(run(Kind.BANDWIDTH, region, from, to, step));
    }
    if (delayPackets > 0 && good) {
      found.add(run(Kind.DELAY, region, from, to, trial -> trial.delay(delayPackets)));
    }
    return found;
  }

  /// A step whose whole time counts.
  private Step timed(Work work) {
    return trial -> {
      long began = clock.nanos();
      work.by(trial);
      return clock.nanos() - began;
    };
  }

  private interface Work {
    void by(PairTrial trial) throws IOException, InterruptedException;
  }

  /// What two clients do.
  private interface Step {
    /// @return the nanoseconds to tell of
    long by(PairTrial trial) throws IOException, InterruptedException;
  }

  private Finding run(Finding.Kind kind, DerpRegion region, DerpNode from, DerpNode to, Step step) {
    String problem = "";
    long began = clock.nanos();
    long took = 0;
    try (var sender = client(region, from);
        var receiver = client(region, to)) {
      sender.connect();
      receiver.connect();
      var trial = new PairTrial(sender, receiver, random, clock, from.equals(to));
      trial.settle();
      began = clock.nanos();
      took = step.by(trial);
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
      took = clock.nanos() - began;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = "interrupted";
    }
    return new Finding(kind, from.name(), to.name(), problem, took / 1000);
  }

  private DerpHttpClient client(DerpRegion region, DerpNode node) {
    var alone = DerpRegion.of(region.id(), region.code(), region.name(), List.of(node));
    return DerpHttpClient.of(() -> alone, PrivateKey.generate(random), http, random, clock);
  }

  /// Options of a prober that has a region's mesh key, or none.
  public static HttpOptions options(byte @Nullable [] meshKey) {
    return HttpOptions.DEFAULT.withDerp(DerpOptions.DEFAULT.withMeshKey(meshKey));
  }
}
