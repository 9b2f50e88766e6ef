package dev.adit.derp;

import dev.adit.core.region.RegionRoutes;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpRegion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A client of several regions at once: home always, others while there is something to send (derp
/// §11). Thread-safe; nothing here waits for the network.
///
/// Each open region has two threads of its own: one receives and connects, one sends.
public final class DerpRegions implements AutoCloseable {
  /// Hears what comes, on the receiving thread of each region.
  public interface Listener {
    void received(long region, PublicKey source, byte[] packet);

    /// Admitted by a relay of the region.
    default void connected(long region) {}

    /// The connection ended or could not be made; another try follows while the region is wanted. A
    /// new measurement of the regions may help.
    default void disconnected(long region, String reason) {}

    default void peerGone(long region, PublicKey peer) {}

    /// A problem that a user may see; empty when it is over.
    default void health(long region, String problem) {}

    /// A frame came, whatever it was: the region can be reached. At most every 5 seconds.
    default void frameHeard(long region) {}
  }

  private final PrivateKey own;
  private final HttpOptions options;
  private final Listener listener;
  private final RandomGenerator random;
  private final Clock clock;
  private final Thread keeper;

  // Guarded by this.
  private final RegionRoutes routes = new RegionRoutes();
  private final Map<Long, RegionLink> links = new HashMap<>();
  private DerpMap map = DerpMap.of(List.of());
  private long home = RegionRoutes.NONE;
  private boolean closed;

  /// @param random must be cryptographically secure, and thread-safe
  public DerpRegions(
      PrivateKey own, HttpOptions options, Listener listener, RandomGenerator random, Clock clock) {
    this.own = own;
    this.options = options;
    this.listener = listener;
    this.random = random;
    this.clock = clock;
    this.keeper = Thread.ofVirtual().name("derp-idle").start(this::closeIdle);
  }

  /// Regions whose definition has changed are left, and entered anew if they are wanted.
  public synchronized void mapChanged(DerpMap changed) {
    DerpMap before = map;
    map = changed;
    for (long region : routes.open()) {
      DerpRegion now = changed.regions().get(region);
      if (now == null || !now.equals(before.regions().get(region))) {
        leave(region);
      }
    }
    if (home != RegionRoutes.NONE && changed.regions().containsKey(home)) {
      homeChanged(home);
    }
  }

  /// Every open relay is told whether it is home, and home's is opened.
  public synchronized void homeChanged(long region) {
    home = region;
    long opened = routes.homeChanged(region, clock.nanos());
    links.forEach((id, link) -> link.preferred(id == region));
    if (opened != RegionRoutes.NONE) {
      link(opened);
    }
  }

  /// Sends a packet of 0 to 65,536 bytes to `peer`. It may get lost: 32 wait for each region, of
  /// which the oldest make room.
  ///
  /// @param peerHome where the peer says it is at home; 0 if that is not known
  /// @return false if no region is known to lead to the peer
  public boolean send(PublicKey peer, long peerHome, byte[] packet) {
    RegionLink link;
    synchronized (this) {
      if (closed) {
        return false;
      }
      long region = routes.routeTo(peer, peerHome, clock.nanos());
      link = region == RegionRoutes.NONE ? null : link(region);
    }
    if (link != null) {
      link.send(peer, packet);
    }
    return link != null;
  }

  /// The link to a region, opened if need be; null for a region that is not in the map.
  private @Nullable RegionLink link(long region) {
    RegionLink link = links.get(region);
    if (link == null && !closed && map.regions().containsKey(region)) {
      var http = DerpHttpClient.of(() -> region(region), own, options, random, clock);
      link = new RegionLink(region, http, this, listener, random, clock);
      link.preferred(region == home);
      links.put(region, link);
      link.start();
    }
    if (link == null) {
      routes.closed(region);
    }
    return link;
  }

  private synchronized @Nullable DerpRegion region(long id) {
    return map.regions().get(id);
  }

  synchronized void packetHeard(long region, PublicKey source) {
    routes.packetHeard(source, region);
  }

  synchronized void peerGone(long region, PublicKey peer) {
    routes.peerGone(peer, region);
  }

  synchronized void connectionBroke(long region) {
    routes.connectionBroke(region);
  }

  private void leave(long region) {
    routes.closed(region);
    RegionLink link = links.remove(region);
    if (link != null) {
      link.close();
    }
  }

  private void closeIdle() {
    while (!Thread.currentThread().isInterrupted()) {
      long wait;
      synchronized (this) {
        long now = clock.nanos();
        routes.timeReached(now).forEach(this::leave);
        wait = Math.max(1_000_000, routes.wakeAt() - now);
      }
      try {
        Thread.sleep(Duration.ofNanos(wait));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /// Addresses or routes of this machine have changed: connections that lost their own address, or
  /// whose relay does not answer within 3 seconds, are made anew (derp §11.5).
  public void networkChanged() {
    List<RegionLink> all;
    synchronized (this) {
      all = new ArrayList<>(links.values());
    }
    all.forEach(RegionLink::check);
  }

  /// Regions with a connection, or on the way to one.
  public synchronized List<Long> open() {
    return routes.open();
  }

  /// True once the region's relay has admitted us, until that connection ends.
  public synchronized boolean isConnected(long region) {
    RegionLink link = links.get(region);
    return link != null && link.isUp();
  }

  @Override
  public void close() {
    List<RegionLink> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(links.values());
      links.clear();
    }
    keeper.interrupt();
    all.forEach(RegionLink::close);
  }
}
