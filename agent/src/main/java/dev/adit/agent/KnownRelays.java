package dev.adit.agent;

import dev.adit.core.netcheck.StunServer;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.RelayRecord;
import dev.adit.wire.control.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The relays of the map, to which of them this node is linked, and which one is its home: where
/// others find it. Confined to the packet loop's thread.
///
/// The home is the first of the list, until that relay asks to be left (`Restarting`, derp §9.4) or
/// cannot be reached. Then another relay of the same region takes its place, and make comes before
/// break:
///
///     A: home ──── Restarting ──── read, no longer written ──── 1 s without a packet: closed
///     B:              └─ connect ── admitted: home, told to all others ───────────────────────
///
/// What is sent at B reaches those who are still at A, and the other way round, because relays of a
/// region are a mesh (derp §7). B stays the home when A comes back.
final class KnownRelays implements RelayLinks.Events {
  private final DataPlane plane;
  private final RelayLinks links;
  private final PrivateKey nodeKey;
  private final Clock clock;
  private final RandomGenerator random;

  /// Those that relay, in the order of the map.
  private List<RelayRecord> records = List.of();

  private @Nullable UUID home;
  private volatile @Nullable String permit; // read by links' threads

  KnownRelays(DataPlane plane, PrivateKey nodeKey, Clock clock, RandomGenerator random) {
    this.plane = plane;
    this.links = plane.links();
    this.nodeKey = nodeKey;
    this.clock = clock;
    this.random = random;
    links.tell(this);
  }

  /// Where others find this node; null if there is no relay.
  @Nullable UUID home() {
    return home;
  }

  /// The map's relays are now these.
  ///
  /// @param own our own record, which relays may want to see (relay-rung RR-42)
  void changed(List<RelayRecord> all, @Nullable String own) {
    permit = own;
    Map<UUID, RelayRecord> before = new HashMap<>();
    records.forEach(record -> before.put(record.relay(), record));
    records =
        all.stream()
            .filter(one -> one.description().capabilities().contains(RelayDescription.DERP))
            .toList();
    for (RelayRecord record : records) {
      RelayRecord old = before.remove(record.relay());
      if (old != null && !old.description().equals(record.description())) {
        links.remove(record.relay());
      }
    }
    before.keySet().forEach(links::remove);
    if (home == null || record(home) == null) {
      home = records.isEmpty() ? null : records.getFirst().relay();
    }
    if (home != null) {
      linkTo(home, 0);
      DerpLink link = links.get(home);
      if (link != null && link != links.home()) {
        links.moveHome(link);
      }
    }
  }

  private @Nullable RelayRecord record(UUID id) {
    for (RelayRecord record : records) {
      if (record.relay().equals(id)) {
        return record;
      }
    }
    return null;
  }

  /// Another node lives at `relay` now, and at `before` until now; either may be unknown.
  void peerMoved(@Nullable UUID before, @Nullable UUID relay) {
    if (relay != null) {
      linkTo(relay, 0);
    }
    DerpLink left = before == null || before.equals(relay) ? null : links.get(before);
    if (left != null && !left.isUp() && !isNeeded(left)) {
      links.remove(left.target().id());
    }
  }

  /// @param pauseNanos before the first try
  private void linkTo(UUID id, long pauseNanos) {
    RelayRecord record = links.get(id) == null ? record(id) : null;
    if (record == null) {
      return;
    }
    RelayDescription relay = record.description();
    List<Endpoint> endpoints = new ArrayList<>();
    for (IpAddress address : relay.addresses()) {
      endpoints.add(new Endpoint(address, relay.tcp()));
    }
    List<byte[]> pins = new ArrayList<>();
    for (Sha256 pin : relay.certPins()) {
      pins.add(pin.bytes());
    }
    String host = relay.hosts().isEmpty() ? null : relay.hosts().getFirst();
    var target =
        new DerpLink.Target(id, relay.name(), relay.regionId(), relay.key(), endpoints, host, pins);
    boolean isHome = id.equals(home);
    var link =
        new DerpLink(target, nodeKey, () -> permit, isHome, clock, random, plane, plane.counters());
    links.add(link, isHome, pauseNanos);
  }

  /// Whether this node, or another one as far as we know, lives there.
  private boolean isNeeded(DerpLink link) {
    UUID id = link.target().id();
    return id.equals(home) || plane.peers().stream().anyMatch(peer -> id.equals(peer.homeRelay));
  }

  @Override
  public void leaving(DerpLink link, long pauseNanos) {
    DerpLink beside = links.beside(link);
    if (beside == null) {
      seekBeside(link, pauseNanos);
    } else {
      up(beside);
    }
  }

  @Override
  public void unreachable(DerpLink link) {
    DerpLink own = links.home();
    if (isNeeded(link) || own != null && own.isBeside(link)) {
      leaving(link, 0);
    }
  }

  /// The first relay of the same region to which there is no link yet.
  private void seekBeside(DerpLink link, long pauseNanos) {
    for (RelayRecord record : records) {
      boolean sameRegion = record.description().regionId() == link.target().regionId();
      if (sameRegion && links.get(record.relay()) == null) {
        linkTo(record.relay(), pauseNanos);
        return;
      }
    }
  }

  /// Takes the place of those links to the same region that are to be left or cannot be had.
  @Override
  public void up(DerpLink link) {
    for (DerpLink other : List.copyOf(links.all())) {
      if (other.isBeside(link) && (other.isLeaving() || other.isLost())) {
        replace(other, link);
      }
    }
    if (!isNeeded(link) && links.beside(link) != null) {
      links.remove(link.target().id()); // the one that it was to replace is back
    }
  }

  private void replace(DerpLink former, DerpLink link) {
    if (former.target().id().equals(home)) {
      home = link.target().id();
      links.moveHome(link);
      tellMoved(former, link);
    }
    if (former.isUp()) {
      former.retire();
    } else if (!isNeeded(former)) {
      links.remove(former.target().id());
    }
  }

  private static void tellMoved(DerpLink from, DerpLink to) {
    AgentLog.info(
        KnownRelays.class,
        "home_relay_moved",
        "another relay of the region is this node's home now",
        "from",
        from.target().name(),
        "to",
        to.target().name());
  }

  /// A link that was retired has ended. Whoever still lives there is reached by a new one.
  @Override
  public void ended(DerpLink link) {
    UUID id = link.target().id();
    if (links.get(id) == link) {
      links.remove(id);
      if (isNeeded(link)) {
        linkTo(id, 0);
      }
    }
  }

  /// All that answer STUN, also those that do not relay.
  static List<StunServer> stunServers(List<RelayRecord> records) {
    List<StunServer> servers = new ArrayList<>();
    for (RelayRecord record : records) {
      RelayDescription relay = record.description();
      if (relay.capabilities().contains(RelayDescription.STUN)) {
        for (int port : relay.udp()) {
          for (IpAddress address : relay.addresses()) {
            servers.add(new StunServer(new Endpoint(address, port), true));
          }
        }
      }
    }
    return servers;
  }
}
