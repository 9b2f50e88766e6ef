package dev.adit.derp;

import dev.adit.core.region.ProbePlan;
import dev.adit.core.region.ProbePlan.Probe;
import dev.adit.core.region.RegionReport;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HostAddresses;
import dev.adit.net.tls.HttpExchange;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Measures how near the regions of a map are: by STUN, and where no answer comes by UDP at all, by
/// HTTPS (derp §13.2). Thread-safe; a measurement blocks its caller for at most 5 seconds.
public final class RegionProbe {
  private static final long SECOND = 1_000_000_000L;
  private static final long STUN_LIMIT = 3 * SECOND;
  private static final long LIMIT = 5 * SECOND;

  /// When so many regions have answered, slower ones are waited for only about as long.
  private static final int ENOUGH = 3;

  private static final StunAttribute SOFTWARE = new StunAttribute.Software("tailnode");

  private final HttpOptions options;
  private final RandomGenerator random;
  private final Clock clock;

  /// @param options for HTTPS: proxies, and more roots for certificates
  public RegionProbe(HttpOptions options, RandomGenerator random, Clock clock) {
    this.options = options;
    this.random = random;
    this.clock = clock;
  }

  /// Measures every region: at the start, and every five minutes.
  public RegionReport full(DerpMap map) {
    return measure(map, ProbePlan.full(map), 2);
  }

  /// Measures those that matter: every 20 to 26 seconds while there is something to send.
  public RegionReport incremental(DerpMap map, RegionReport last, long home, boolean ipv6) {
    return measure(map, ProbePlan.incremental(map, last, home, ipv6), 1);
  }

  private RegionReport measure(DerpMap map, List<Probe> plan, int patience) {
    long startedAt = clock.nanos();
    SortedMap<Long, Long> latencies = new Stun(plan, patience, startedAt).ask();
    if (latencies.isEmpty()) {
      latencies = https(map, startedAt + LIMIT);
    }
    return new RegionReport(startedAt, latencies);
  }

  /// One measurement by STUN.
  private final class Stun {
    private record Asked(long region, long at) {}

    private final List<Probe> plan;
    private final int patience;
    private final long startedAt;
    private final Map<Boolean, DatagramSocket> sockets = new HashMap<>();

    // Guarded by this.
    private final Map<TransactionId, Asked> asked = new HashMap<>();
    private final SortedMap<Long, Long> latencies = new TreeMap<>();
    private final Map<Long, List<Boolean>> families = new HashMap<>();
    private final long wanted;

    Stun(List<Probe> plan, int patience, long startedAt) {
      this.plan = plan;
      this.patience = patience;
      this.startedAt = startedAt;
      this.wanted = plan.stream().map(Probe::region).distinct().count();
    }

    SortedMap<Long, Long> ask() {
      try {
        for (Probe probe : plan) {
          if (waitUntil(startedAt + probe.delay()) && !isKnown(probe)) {
            send(probe);
          }
        }
        waitUntil(startedAt + STUN_LIMIT);
      } finally {
        sockets.values().forEach(DatagramSocket::close);
      }
      synchronized (this) {
        return new TreeMap<>(latencies);
      }
    }

    /// False if the measurement is over before.
    private synchronized boolean waitUntil(long time) {
      try {
        for (long now = clock.nanos(); ; now = clock.nanos()) {
          if (latencies.size() == wanted || now >= enough()) {
            return false;
          }
          if (now >= time) {
            return true;
          }
          TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, Math.min(time, enough()) - now));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    private long enough() {
      if (latencies.size() < ENOUGH) {
        return startedAt + STUN_LIMIT;
      }
      long slowest = 0;
      for (long latency : latencies.values()) {
        slowest = Math.max(slowest, latency);
      }
      return Math.min(startedAt + STUN_LIMIT, enoughAt + patience * slowest);
    }

    private long enoughAt;

    private synchronized boolean isKnown(Probe probe) {
      return families.getOrDefault(probe.region(), List.of()).contains(probe.isV6());
    }

    /// On a thread of its own, as names must be resolved.
    private void send(Probe probe) {
      Thread.ofVirtual()
          .name("derp-stun")
          .start(() -> {
            try {
              Endpoint to = stun(probe.node(), probe.isV6());
              DatagramSocket socket = to == null ? null : socket(probe.isV6());
              if (to == null || socket == null) {
                return;
              }
              var id = TransactionId.random(random);
              byte[] request = StunMessage.request(id, SOFTWARE).encode();
              synchronized (this) {
                asked.put(id, new Asked(probe.region(), clock.nanos()));
              }
              var target =
                  new InetSocketAddress(InetAddress.getByAddress(to.address().bytes()), to.port());
              socket.send(new DatagramPacket(request, request.length, target));
            } catch (IOException e) {
              // no answer will come: that is what is measured
            }
          });
    }

    private synchronized @Nullable DatagramSocket socket(boolean isV6) throws IOException {
      DatagramSocket open = sockets.get(isV6);
      if (open == null) {
        var any = InetAddress.getByAddress(new byte[isV6 ? 16 : 4]);
        open = new DatagramSocket(new InetSocketAddress(any, 0));
        sockets.put(isV6, open);
        DatagramSocket socket = open;
        Thread.ofVirtual().name("derp-stun").start(() -> receive(socket, isV6));
      }
      return open;
    }

    private void receive(DatagramSocket socket, boolean isV6) {
      byte[] buffer = new byte[1500];
      try {
        while (true) {
          var datagram = new DatagramPacket(buffer, buffer.length);
          socket.receive(datagram);
          answered(buffer, datagram.getLength(), isV6, clock.nanos());
        }
      } catch (IOException e) {
        // closed: the measurement is over
      }
    }

    private synchronized void answered(byte[] bytes, int length, boolean isV6, long now) {
      try {
        var message = StunMessage.decode(bytes, 0, length);
        Asked question =
            message.type() == StunMessage.BINDING_SUCCESS ? asked.remove(message.id()) : null;
        if (question != null) {
          latencies.merge(question.region(), Math.max(1, now - question.at()), Math::min);
          families.computeIfAbsent(question.region(), none -> new ArrayList<>()).add(isV6);
          if (latencies.size() == ENOUGH && enoughAt == 0) {
            enoughAt = now;
          }
          notifyAll();
        }
      } catch (MalformedException e) {
        // not from a relay
      }
    }
  }

  /// Where a node answers STUN by one family; null for not at all.
  private static @Nullable Endpoint stun(DerpNode node, boolean isV6) throws IOException {
    String wish =
        node.stunTestIp().isEmpty() ? isV6 ? node.ipv6() : node.ipv4() : node.stunTestIp();
    IpAddress literal = HostAddresses.literal(wish.isEmpty() ? node.hostName() : wish);
    if (literal != null) {
      return literal.isV6() == isV6 ? new Endpoint(literal, node.stunAt()) : null;
    }
    if (!wish.isEmpty()) {
      return null; // a word such as "none"
    }
    for (Endpoint found : HostAddresses.resolve(node.hostName(), node.stunAt())) {
      if (found.address().isV6() == isV6) {
        return found;
      }
    }
    return null;
  }

  private SortedMap<Long, Long> https(DerpMap map, long until) {
    SortedMap<Long, Long> latencies = new TreeMap<>();
    List<DerpRegion> regions = new ArrayList<>();
    for (DerpRegion region : map.regions().values()) {
      if (!region.avoid()
          && !region.noMeasureNoHome()
          && region.nodes().stream().anyMatch(node -> !node.stunOnly())) {
        regions.add(region);
      }
    }
    var done = new CountDownLatch(regions.size());
    for (DerpRegion region : regions) {
      Thread.ofVirtual()
          .name("derp-https")
          .start(() -> {
            try {
              long latency = https(region, Duration.ofNanos(until - clock.nanos()));
              synchronized (latencies) {
                latencies.put(region.id(), latency);
              }
            } catch (IOException e) {
              // this region cannot be reached
            } finally {
              done.countDown();
            }
          });
    }
    try {
      boolean ignored = done.await(until - clock.nanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (latencies) {
      return new TreeMap<>(latencies);
    }
  }

  /// How long one request takes on a connection that is there.
  private long https(DerpRegion region, Duration limit) throws IOException {
    IOException failure = new IOException("no relay");
    for (DerpNode node : region.nodes()) {
      if (node.stunOnly()) {
        continue;
      }
      Door door = Door.of(node, region.nodes().getFirst(), options);
      try (Connection connection = door.open(limit)) {
        connection.readTimeout(limit);
        long asked = clock.nanos();
        var answer = HttpExchange.get(connection, door.authority(), "/derp/latency-check", 1024);
        if (answer.status() > 299) {
          throw new IOException("HTTP status " + answer.status());
        }
        return Math.max(1, clock.nanos() - asked);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }
}
