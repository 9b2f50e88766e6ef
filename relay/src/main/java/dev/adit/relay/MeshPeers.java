package dev.adit.relay;

import dev.adit.crypto.PublicKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.wire.derp.MeshKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The links to the other relays of the region, as a list names them; the list may change (derp
/// §7). Thread-safe.
///
/// Every relay dials every other one. It presents the key that all of them share, so a list is a
/// list of those it is told to: their certificates are checked.
public final class MeshPeers implements AutoCloseable {
  /// Between the end of a link and the next try (derp §7.4).
  public static final Duration PAUSE = Duration.ofSeconds(5);

  private final Relay relay;
  private final HttpOptions options;
  private final Duration pause;
  private final Clock clock;
  private final RandomGenerator random;

  // Guarded by this.
  private final Map<MeshPeer, MeshLink> links = new HashMap<>();
  private boolean closed;

  private MeshPeers(
      Relay relay, HttpOptions options, Duration pause, Clock clock, RandomGenerator random) {
    this.relay = relay;
    this.options = options;
    this.pause = pause;
    this.clock = clock;
    this.random = random;
  }

  /// Links for `relay`, none yet: see [#replace].
  ///
  /// @param key what the relays of the region share; not "none"
  /// @param options proxies and more roots for certificates; what is said in DERP is not taken from
  ///   it
  /// @param random must be cryptographically secure, and thread-safe
  public static MeshPeers of(
      Relay relay, MeshKey key, HttpOptions options, Clock clock, RandomGenerator random) {
    return of(relay, key, options, PAUSE, clock, random);
  }

  static MeshPeers of(
      Relay relay,
      MeshKey key,
      HttpOptions options,
      Duration pause,
      Clock clock,
      RandomGenerator random) {
    if (key.isNone()) {
      throw new IllegalArgumentException("mesh peers: without a mesh key nobody would listen");
    }
    var derp = DerpOptions.DEFAULT.withMeshKey(key.bytes());
    var peers = new MeshPeers(relay, options.withDerp(derp).watching(), pause, clock, random);
    relay.linkedBy(peers);
    return peers;
  }

  /// Links to these from now on: links to others end, those that stay are left alone.
  public synchronized void replace(Set<MeshPeer> peers) {
    if (closed) {
      return;
    }
    for (var link : Map.copyOf(links).entrySet()) {
      if (!peers.contains(link.getKey())) {
        link.getValue().close();
        links.remove(link.getKey());
      }
    }
    for (MeshPeer peer : peers) {
      if (!links.containsKey(peer)) {
        var link = new MeshLink(peer, relay, client(peer), pause);
        links.put(peer, link);
        link.start();
      }
    }
  }

  private DerpHttpClient client(MeshPeer peer) {
    return DerpHttpClient.of(
        peer.url(),
        relay.privateKey(),
        options.withCertName(peer.certName()).withDialHost(peer.dialHost()),
        random,
        clock);
  }

  /// How many links there are to be, this relay itself not counted.
  public synchronized int wanted() {
    return (int) links.values().stream().filter(link -> !link.isSelf()).count();
  }

  /// How many links are up.
  public synchronized int up() {
    return (int) links.values().stream().filter(MeshLink::isUp).count();
  }

  /// Asks every relay there is a link to, to end the connections of a client there.
  ///
  /// @return how many were asked
  synchronized int closePeer(PublicKey client) {
    return (int) links.values().stream().filter(link -> link.closePeer(client)).count();
  }

  @Override
  public synchronized void close() {
    closed = true;
    links.values().forEach(MeshLink::close);
    links.clear();
  }
}
