package dev.adit.core.derp;

import dev.adit.core.admission.Admission;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.DerpFrame.PeerPresent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the connections of one relay share: who is connected here, who to other relays of the
/// region, and whom a packet may reach.
///
/// Thread-safe if the map it is given is a concurrent one: looking up a destination takes no lock,
/// changes take the router's. Lock order: router, then [Mailbox]; connections are woken without
/// either.
public final class DerpRouter {
  private static final DerpFrame.Health SHARED_KEY =
      new DerpFrame.Health("another device is connected to this relay with the same key");
  private static final DerpFrame.Health OVERLOADED =
      new DerpFrame.Health("this relay is overloaded");
  private static final DerpFrame.Health HEALTHY = new DerpFrame.Health("");

  private final PrivateKey key;
  private final Admission admission;
  private final DerpServerOptions options;
  private final DerpCounts counts;
  private final Map<PublicKey, RegionEntry> region;
  private final Overload overload = new Overload();
  private final ReceiveBuckets receiveBuckets = new ReceiveBuckets(this::overloaded);
  private volatile DropListener drops = (_, _, _) -> {};

  // Guarded by this.
  private final Set<Mailbox> watchers = new HashSet<>();
  private final Set<DerpServerSession> revoked = new HashSet<>(); // until they have ended

  /// @param key the relay's own; it is no WireGuard key
  /// @param region empty; a concurrent map if connections have more than one thread
  public DerpRouter(
      PrivateKey key,
      Admission admission,
      DerpServerOptions options,
      Map<PublicKey, RegionEntry> region,
      DerpCounts counts) {
    this.key = key;
    this.admission = admission;
    this.options = options;
    this.region = region;
    this.counts = counts;
    admission.onRevoked(this::revoked);
  }

  public PublicKey publicKey() {
    return key.publicKey();
  }

  PrivateKey key() {
    return key;
  }

  DerpServerOptions options() {
    return options;
  }

  DerpCounts counts() {
    return counts;
  }

  Admission admission() {
    return admission;
  }

  ReceiveBuckets receiveBuckets() {
    return receiveBuckets;
  }

  /// Sets how much is read, for live connections too. Clients are told when they connect.
  public void limitReceiving(ReceiveLimits limits) {
    receiveBuckets.change(limits);
  }

  /// From now on `listener` hears of dropped packets for these keys. While nothing is dropped, that
  /// costs nothing.
  public void watchDrops(Set<PublicKey> destinations, DropListener listener) {
    Set<PublicKey> watched = Set.copyOf(destinations);
    drops =
        (destination, reason, packets) -> {
          if (watched.contains(destination)) {
            listener.dropped(destination, reason, packets);
          }
        };
  }

  /// Is to be told of every packet that is dropped.
  DropListener drops() {
    return drops;
  }

  /// What is known of a destination, or null.
  @Nullable RegionEntry find(PublicKey destination) {
    return region.get(destination);
  }

  private RegionEntry entry(PublicKey client) {
    return region.computeIfAbsent(
        client,
        absent -> {
          counts.add(DerpCounter.CLIENTS_REGION, 1);
          return new RegionEntry(absent);
        });
  }

  private Set<Mailbox> forget(RegionEntry entry) {
    region.remove(entry.key(), entry);
    counts.add(DerpCounter.CLIENTS_REGION, -1);
    return entry.retire();
  }

  private static void departed(PublicKey client, Set<Mailbox> told) {
    for (var subscriber : told) {
      subscriber.departed(client);
    }
  }

  /// Another relay of the region has a client: packets for it may go there (derp §7.2). Harmless if
  /// repeated.
  public synchronized void addForwarder(PublicKey client, Forwarder link) {
    var entry = entry(client);
    if (entry.add(link) && entry.forwarders() == 2) {
      counts.add(DerpCounter.MULTIFORWARDERS_CREATED, 1);
    }
  }

  /// Another relay of the region has a client no longer, or the link to it broke. Harmless if it
  /// was never added.
  public void removeForwarder(PublicKey client, Forwarder link) {
    Set<Mailbox> told;
    synchronized (this) {
      var entry = region.get(client);
      if (entry == null || !entry.remove(link)) {
        counts.add(DerpCounter.FORWARDERS_NOT_KNOWN, 1);
        return;
      }
      if (entry.forwarders() == 1) {
        counts.add(DerpCounter.MULTIFORWARDERS_DELETED, 1);
      }
      told = entry.isUnreachable() ? forget(entry) : Set.of();
    }
    departed(client, told);
  }

  /// The newest connection of a key becomes its active one, and every watcher hears of it.
  void register(DerpServerSession session, PublicKey client, PeerPresent presence) {
    DerpServerSession surplus;
    List<Mailbox> woken;
    synchronized (this) {
      var entry = entry(client);
      surplus = entry.size() == RegionEntry.MOST_MEMBERS ? entry.longestSilent() : null;
      if (surplus != null) {
        remove(entry, surplus);
      }
      entry.spoke(session);
      session.registered(entry);
      counts.add(DerpCounter.CONNECTIONS, 1);
      switch (entry.size()) {
        case 1 -> counts.add(DerpCounter.CLIENTS_LOCAL, 1);
        case 2 -> {
          counts.add(DerpCounter.DUPLICATE_KEYS, 1);
          counts.add(DerpCounter.DUPLICATE_CONNECTIONS, 2);
          counts.add(DerpCounter.DUPLICATES, 1);
        }
        default -> {
          counts.add(DerpCounter.DUPLICATE_CONNECTIONS, 1);
          counts.add(DerpCounter.DUPLICATES, 1);
        }
      }
      woken = announce(client, presence);
    }
    woken.forEach(Mailbox::wake);
    if (surplus != null) {
      surplus.demandEnd(DerpCounter.DUPLICATES_ENDED);
    }
  }

  /// Notes for all watchers who is here, or with null that nobody is; answers who must be woken.
  private List<Mailbox> announce(PublicKey client, @Nullable PeerPresent presence) {
    if (watchers.isEmpty()) {
      return List.of();
    }
    var woken = new ArrayList<Mailbox>(watchers.size());
    for (var watcher : watchers) {
      if (watcher.watched(client, presence)) {
        woken.add(watcher);
      }
    }
    return woken;
  }

  /// From now on the owner of `mailbox` hears who comes and goes, and first who is here, itself
  /// included (derp §7.4). Repeats are ignored: each would cost a flood.
  void watch(Mailbox mailbox) {
    boolean wakes = false;
    synchronized (this) {
      if (!watchers.add(mailbox)) {
        return;
      }
      counts.add(DerpCounter.WATCHERS, 1);
      for (var entry : region.values()) {
        var active = entry.active();
        var presence = active == null ? null : active.presence();
        if (presence != null) {
          wakes |= mailbox.watched(entry.key(), presence);
        }
      }
    }
    if (wakes) {
      mailbox.wake();
    }
  }

  /// A frame came on a connection that is not its key's active one.
  void spoke(DerpServerSession session, RegionEntry entry) {
    List<DerpServerSession> told = List.of();
    synchronized (this) {
      if (entry.isMember(session)) {
        entry.spoke(session);
        told = entry.fights() ? entry.members() : told;
      }
    }
    for (var member : told) {
      member.say(SHARED_KEY);
    }
  }

  /// Tells `mailbox` when `source` can be reached no more; at once if that is so.
  void subscribe(Mailbox mailbox, PublicKey source) {
    synchronized (this) {
      var entry = region.get(source);
      if (entry != null) {
        entry.subscribe(mailbox);
        return;
      }
    }
    mailbox.departed(source);
  }

  /// Forgets a connection that has ended. What it waited for is withdrawn; if it was the last of
  /// its key, the watchers are told, and if nothing leads to the key any more, those who wait for
  /// that too.
  void unregister(
      DerpServerSession session, RegionEntry entry, Mailbox mailbox, Set<PublicKey> awaited) {
    Set<Mailbox> told = Set.of();
    List<Mailbox> woken = List.of();
    DerpServerSession left;
    synchronized (this) {
      revoked.remove(session);
      for (var source : awaited) {
        var of = region.get(source);
        if (of != null) {
          of.unsubscribe(mailbox);
        }
      }
      if (watchers.remove(mailbox)) {
        counts.add(DerpCounter.WATCHERS, -1);
      }
      if (remove(entry, session) && entry.size() == 0) {
        woken = announce(entry.key(), null);
        told = entry.isUnreachable() ? forget(entry) : told;
      }
      left = entry.isFightOver() ? entry.active() : null;
    }
    if (left != null) {
      left.say(HEALTHY);
    }
    woken.forEach(Mailbox::wake);
    departed(entry.key(), told);
  }

  /// Compares identities: the end of an old connection does not touch a new one (derp §17.26).
  private boolean remove(RegionEntry entry, DerpServerSession session) {
    if (!entry.remove(session)) {
      return false;
    }
    counts.add(DerpCounter.CONNECTIONS, -1);
    switch (entry.size()) {
      case 0 -> counts.add(DerpCounter.CLIENTS_LOCAL, -1);
      case 1 -> {
        counts.add(DerpCounter.DUPLICATE_KEYS, -1);
        counts.add(DerpCounter.DUPLICATE_CONNECTIONS, -2);
      }
      default -> counts.add(DerpCounter.DUPLICATE_CONNECTIONS, -1);
    }
    return true;
  }

  private void revoked(Set<PublicKey> keys) {
    for (var client : keys) {
      end(client, DerpCounter.REVOKED);
    }
  }

  /// Ends every connection that a key has here (derp §6.6); answers how many there were.
  public int closePeer(PublicKey client) {
    return end(client, DerpCounter.CLOSED_BY_PEER);
  }

  private int end(PublicKey client, DerpCounter why) {
    var entry = region.get(client);
    if (entry == null) {
      return 0;
    }
    List<DerpServerSession> ending;
    synchronized (this) {
      ending = new ArrayList<>(entry.members());
      if (why == DerpCounter.REVOKED) {
        ending.removeIf(DerpServerSession::isPrivileged);
        revoked.addAll(ending);
      }
    }
    ending.forEach(session -> session.demandEnd(why));
    return ending.size();
  }

  /// True while connections whose key was revoked have not ended, which their threads see to.
  public synchronized boolean isRevoking() {
    return !revoked.isEmpty();
  }

  private void overloaded(long now) {
    if (overload.noted(now)) {
      tellHealth();
    }
  }

  /// Called by any session now and then.
  void timeReached(long now) {
    if (overload.isOver(now)) {
      tellHealth();
    }
  }

  /// Whether more comes than is read, for long enough to tell clients.
  public boolean isOverloaded() {
    return overload.isNow();
  }

  /// What a new client is told besides; null if all is well.
  @Nullable DerpFrame problem() {
    return overload.isNow() ? OVERLOADED : null;
  }

  private void tellHealth() {
    for (var entry : region.values()) {
      for (var session : membersOf(entry)) {
        session.say(overload.isNow() ? OVERLOADED : entry.isFight() ? SHARED_KEY : HEALTHY);
      }
    }
  }

  /// What does not fit together in the table of the region, a sentence each; for whoever looks for
  /// mistakes of this program (derp §16.2). Connections that come or go meanwhile cannot disturb
  /// it.
  public synchronized List<String> check() {
    var problems = new ArrayList<String>();
    for (var entry : region.values()) {
      String problem = entry.problem();
      if (problem != null) {
        problems.add("key " + entry.key() + ": " + problem);
      }
      for (var member : entry.members()) {
        var client = member.client();
        if (client == null || !client.equals(entry.key())) {
          problems.add("key " + entry.key() + ": it has a connection of another key");
        }
      }
    }
    return problems;
  }

  private synchronized List<DerpServerSession> membersOf(RegionEntry entry) {
    return entry.members();
  }
}
