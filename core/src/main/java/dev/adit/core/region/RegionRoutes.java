package dev.adit.core.region;

import dev.adit.crypto.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which connections to regions are open, and through which one a peer is reached (derp §11.1,
/// §11.2). Not thread-safe.
///
/// The home region's connection is always open; others are opened for a packet and closed when
/// nothing was sent through them for 60 seconds, which is looked for every 15.
public final class RegionRoutes {
  public static final long NONE = HomeChoice.NONE;

  private static final long SECOND = 1_000_000_000L;
  private static final long IDLE = 60 * SECOND;
  private static final long LOOK = 15 * SECOND;

  /// Reverse routes that are kept; of more peers the home region must do.
  static final int MOST_ROUTES = 65_536;

  private final Map<Long, Long> open = new TreeMap<>(); // region, last write
  private final Map<PublicKey, Long> lastHeard = new HashMap<>();
  private long home = NONE;
  private long lookAt;

  /// @return the region whose connection has to be opened; [#NONE] if it is open already
  public long homeChanged(long region, long now) {
    home = region;
    return region == NONE || open.containsKey(region) ? NONE : opened(region, now);
  }

  private long opened(long region, long now) {
    open.put(region, now);
    return region;
  }

  public boolean isOpen(long region) {
    return open.containsKey(region);
  }

  public List<Long> open() {
    return List.copyOf(open.keySet());
  }

  /// A packet of `peer` came from a relay of `region`.
  public void packetHeard(PublicKey peer, long region) {
    if (lastHeard.size() < MOST_ROUTES || lastHeard.containsKey(peer)) {
      lastHeard.put(peer, region);
    }
  }

  /// A relay of `region` says that `peer` is gone, for whatever reason.
  public void peerGone(PublicKey peer, long region) {
    lastHeard.remove(peer, region);
  }

  /// The connection to `region` broke: it is made anew, but nothing is known of who is there.
  public void connectionBroke(long region) {
    lastHeard.values().removeIf(heard -> heard == region);
  }

  /// Through which region a packet goes to `peer`; its connection counts as open from now on.
  ///
  /// @param peerHome where the peer says it is at home; [#NONE] if that is not known
  /// @return [#NONE] if nothing is known of the peer
  public long routeTo(PublicKey peer, long peerHome, long now) {
    long region = peerHome;
    if (peerHome == NONE || !open.containsKey(peerHome)) {
      Long reverse = lastHeard.get(peer);
      if (reverse != null && (peerHome == NONE || open.containsKey(reverse))) {
        region = reverse;
      }
    }
    if (region != NONE) {
      open.put(region, now);
    }
    return region;
  }

  /// @return the regions whose connections are to be closed
  public List<Long> timeReached(long now) {
    if (now < lookAt) {
      return List.of();
    }
    lookAt = now + LOOK;
    List<Long> idle = new ArrayList<>();
    open.forEach((region, written) -> {
      if (region != home && now - written > IDLE) {
        idle.add(region);
      }
    });
    idle.forEach(this::closed);
    return idle;
  }

  public long wakeAt() {
    return lookAt;
  }

  /// The connection to `region` is closed for good, because it was idle or the map has changed.
  public void closed(long region) {
    open.remove(region);
    connectionBroke(region);
  }
}
