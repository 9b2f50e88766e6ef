package dev.adit.relay;

import dev.adit.core.admission.Admission;
import dev.adit.core.derp.ClientFacts;
import dev.adit.core.derp.DerpCounter;
import dev.adit.core.derp.DerpRouter;
import dev.adit.core.stun.StunAnswer;
import dev.adit.core.stun.StunResponder;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.ByteConnection;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.udpserver.UdpService;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.derp.DerpFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A relay: passes sealed packets between clients it cannot overhear (DERP), and tells clients how
/// the world sees them (STUN). Thread-safe.
///
/// It owns no TCP port: give [#derp] to a front door, or let [#addTo] do it.
public final class Relay implements AutoCloseable {
  /// How often a problem must be seen again before it is believed.
  private static final int CHECKS = 5;

  private static final Duration ROUND_TRIPS_EVERY = Duration.ofSeconds(10);

  private final RelayConfig config;
  private final PrivateKey key;
  private final Clock clock;
  private final RandomGenerator random;
  private final RelayMetrics metrics = new RelayMetrics();
  private final DerpRouter router;
  private final Set<DerpConnection> connections = ConcurrentHashMap.newKeySet();
  private final @Nullable UdpService stun;
  private final Object left = new Object();
  private volatile @Nullable MeshPeers mesh;
  private volatile boolean draining;
  private volatile boolean awaitsRevoked;
  private volatile boolean closed;

  private Relay(
      RelayConfig config, PrivateKey key, Admission admission, Clock clock, RandomGenerator random)
      throws IOException {
    this.config = config;
    this.key = key;
    this.clock = clock;
    this.random = random;
    this.router = new DerpRouter(key, admission, config.derp(), new ConcurrentHashMap<>(), metrics);
    var responder = new StunResponder(StunPorts.alternates(config), metrics::add, random);
    this.stun =
        config.stun().isEmpty()
            ? null
            : UdpService.start(
                StunPorts.required(config.stun(), config.stunOther()),
                StunPorts.whereFree(config.stun()),
                (bytes, offset, length, from, to, now) ->
                    reply(responder.answer(bytes, offset, length, from, to, now)),
                clock);
  }

  private static UdpService.@Nullable Reply reply(@Nullable StunAnswer answer) {
    return answer == null ? null : new UdpService.Reply(answer.bytes(), answer.from(), answer.to());
  }

  /// Reads or makes the relay's key, and begins to answer STUN.
  ///
  /// @param admission whom it serves
  /// @param random must be cryptographically secure outside of tests, and thread-safe
  /// @throws IOException if the key cannot be read or written, or a UDP port is taken
  public static Relay open(
      RelayConfig config, Admission admission, Clock clock, RandomGenerator random)
      throws IOException {
    StateFiles.createFolder(config.stateFolder());
    var key = ServerKey.load(config.stateFolder().resolve(ServerKey.FILE), random);
    return open(config, key, admission, clock, random);
  }

  /// With a key from elsewhere; the state folder is left alone.
  public static Relay open(
      RelayConfig config, PrivateKey key, Admission admission, Clock clock, RandomGenerator random)
      throws IOException {
    return new Relay(config, key, admission, clock, random);
  }

  /// By what clients recognise it.
  public PublicKey key() {
    return key.publicKey();
  }

  /// Who is connected, here and elsewhere in the region: where links to other relays are made known
  /// ([DerpRouter#addForwarder]).
  public DerpRouter router() {
    return router;
  }

  /// For links to other relays of the region, which know this one by its own key (derp §7.1).
  PrivateKey privateKey() {
    return key;
  }

  /// From now on these are its links to other relays of the region.
  void linkedBy(MeshPeers links) {
    mesh = links;
    metrics.of(links);
  }

  /// Counts from now on every ten seconds how far away each client is, as TCP measures it, until
  /// what this answers is closed.
  public AutoCloseable measureRoundTrips() {
    return measureRoundTrips(ROUND_TRIPS_EVERY);
  }

  AutoCloseable measureRoundTrips(Duration pause) {
    return RoundTripSamples.start(connections, metrics, pause);
  }

  /// What [#closePeer] did.
  ///
  /// @param connections that are ended here
  /// @param relays of the region that were asked to do the same
  public record Ended(int connections, int relays) {}

  /// Ends every connection that a key has in the region: here, and at the relays that there is a
  /// link to now.
  public Ended closePeer(PublicKey client) {
    var links = mesh;
    return new Ended(router.closePeer(client), links == null ? 0 : links.closePeer(client));
  }

  /// Every client's connection; duplicates too.
  public List<ClientFacts> clients() {
    var facts = new ArrayList<ClientFacts>();
    for (var connection : connections) {
      var of = connection.facts();
      if (of != null) {
        facts.add(of);
      }
    }
    return facts;
  }

  /// Takes over connections that were upgraded to DERP.
  public ByteConnection.Acceptor derp() {
    return this::accept;
  }

  /// Lets a front door serve DERP.
  public RequestRoutes addTo(RequestRoutes routes) {
    return routes.derp(derp(), key().toHex());
  }

  private ByteConnection.Listener accept(ByteConnection connection) {
    var accepted = new DerpConnection(connection, router, clock, random, this::forget);
    connections.add(accepted);
    if (closed || draining) {
      accepted.close();
    }
    accepted.begin();
    return accepted;
  }

  private void forget(DerpConnection ended) {
    connections.remove(ended);
    if (draining || awaitsRevoked) {
      synchronized (left) {
        left.notifyAll();
      }
    }
  }

  /// Before this relay stops: admits nobody any more, asks every client to connect anew, each at a
  /// moment of its own, waits until all have left or that time is over, and ends the connections of
  /// those who do not know that request. It relays until then, so that a client can be at another
  /// relay before it leaves this one. Blocks meanwhile.
  ///
  /// @param time how long; clients are asked to connect within the first half, so that they do not
  ///   come all at once, and the last one has the second half for it
  /// @param tryFor how long they are asked to try before they look for another home
  /// @throws InterruptedException if it is enough
  public void drain(Duration time, Duration tryFor) throws InterruptedException {
    draining = true;
    long until = clock.nanos() + time.toNanos();
    for (var connection : connections) {
      long in = random.nextLong(Math.max(1, time.toMillis() / 2));
      connection.say(new DerpFrame.Restarting(in, tryFor.toMillis()));
    }
    synchronized (left) {
      for (long rest = until - clock.nanos();
          rest > 0 && !connections.isEmpty();
          rest = until - clock.nanos()) {
        TimeUnit.NANOSECONDS.timedWait(left, rest);
      }
    }
    for (var connection : connections) {
      connection.end(DerpCounter.RESTARTED);
    }
  }

  /// Waits until every connection whose key was revoked has ended. For one thread at a time.
  ///
  /// @return false if `limit` was not enough
  /// @throws InterruptedException if it is enough
  public boolean awaitRevoked(Duration limit) throws InterruptedException {
    long until = clock.nanos() + limit.toNanos();
    synchronized (left) {
      awaitsRevoked = true;
      for (long rest = limit.toNanos();
          rest > 0 && router.isRevoking();
          rest = until - clock.nanos()) {
        TimeUnit.NANOSECONDS.timedWait(left, rest);
      }
      awaitsRevoked = false;
    }
    return !router.isRevoking();
  }

  /// True from the beginning of [#drain] on.
  public boolean isDraining() {
    return draining;
  }

  /// What does not fit together in its tables, a sentence each; empty if all is well. Connections
  /// that come or go while it looks are not mistaken for mistakes: what is wrong stays wrong.
  public List<String> check() {
    var problems = problems();
    for (int i = 0; i < CHECKS && !problems.isEmpty(); i++) {
      problems.retainAll(problems());
    }
    return problems;
  }

  private List<String> problems() {
    var problems = new ArrayList<>(router.check());
    var keys = new HashMap<PublicKey, Integer>();
    var clients = clients();
    for (var client : clients) {
      keys.merge(client.key(), client.active() ? 1 : 0, Integer::sum);
    }
    keys.forEach((client, active) -> {
      if (active != 1) {
        problems.add("key " + client + ": not one of its connections is active");
      }
    });
    long counted = metrics.value(DerpCounter.CONNECTIONS);
    if (counted != clients.size()) {
      problems.add("connections: not as many as were counted");
    }
    if (metrics.value(DerpCounter.CLIENTS_LOCAL) != keys.size()) {
      problems.add("keys with connections: not as many as were counted");
    }
    return problems;
  }

  /// Where it answers STUN, with the ports the kernel chose.
  public List<Endpoint> stunEndpoints() {
    return stun == null ? List.of() : stun.listening();
  }

  /// What it says about itself, for the coordinator and for `adit relay describe`. Ports that are
  /// only used where free are not promised to anybody, nor is that of RFC 5780, of which the
  /// answers tell, unless it is the only way to have a second one.
  public RelayDescription description() {
    var spare = StunPorts.notPromised(config);
    var ports = new ArrayList<Integer>();
    for (var endpoint : stunEndpoints()) {
      if (!ports.contains(endpoint.port()) && !spare.contains(endpoint.port())) {
        ports.add(endpoint.port());
      }
    }
    return new RelayDescription(
        key(),
        null,
        config.name(),
        config.region(),
        config.regionId(),
        config.hosts(),
        config.addresses(),
        config.tcp(),
        ports,
        config.certPins(),
        stun == null
            ? List.of(RelayDescription.DERP)
            : List.of(RelayDescription.DERP, RelayDescription.STUN));
  }

  public RelayMetrics metrics() {
    return metrics;
  }

  /// Ends every connection and stops answering STUN. Harmless if repeated.
  @Override
  public void close() {
    closed = true;
    for (var connection : connections) {
      connection.close();
    }
    if (stun != null) {
      stun.close();
    }
  }
}
