package dev.adit.core.derp;

import dev.adit.core.admission.Admission;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the connections of one relay share: who is connected, and whom a packet may reach.
///
/// Thread-safe if the map it is given is a concurrent one: looking up a destination takes no lock,
/// changes take the router's. Lock order: router, then [Mailbox].
public final class DerpRouter {
  private final PrivateKey key;
  private final Admission admission;
  private final Map<PublicKey, ClientSet> clients;
  private final DerpCounter.Sink counters;

  /// @param key the relay's own; it is no WireGuard key
  /// @param clients empty; a concurrent map if connections have more than one thread
  public DerpRouter(
      PrivateKey key,
      Admission admission,
      Map<PublicKey, ClientSet> clients,
      DerpCounter.Sink counters) {
    this.key = key;
    this.admission = admission;
    this.clients = clients;
    this.counters = counters;
    admission.onRevoked(this::revoked);
  }

  public PublicKey publicKey() {
    return key.publicKey();
  }

  PrivateKey key() {
    return key;
  }

  DerpCounter.Sink counters() {
    return counters;
  }

  boolean admits(PublicKey client) {
    return admission.admits(client);
  }

  /// The connection that a packet from `source` to `destination` goes to, or null: not here and not
  /// allowed are one answer, reached by one path (relay-rung RR-37).
  @Nullable DerpServerSession route(PublicKey source, PublicKey destination) {
    var set = clients.get(destination);
    boolean allowed = admission.allows(source, destination);
    return set == null || !allowed ? null : set.active();
  }

  /// The newest connection of a key becomes its active one.
  void register(DerpServerSession session, PublicKey client) {
    var surplus = add(session, client);
    if (surplus != null) {
      surplus.demandEnd(DerpCounter.DUPLICATES_ENDED);
    }
  }

  private synchronized @Nullable DerpServerSession add(
      DerpServerSession session, PublicKey client) {
    var set = clients.computeIfAbsent(client, _ -> new ClientSet());
    var surplus = set.size() == ClientSet.MOST_MEMBERS ? set.longestSilent() : null;
    if (surplus != null) {
      remove(set, surplus);
    }
    set.spoke(session);
    session.registered(set);
    counters.add(DerpCounter.CONNECTIONS, 1);
    if (set.size() > 1) {
      counters.add(DerpCounter.DUPLICATE_CONNECTIONS, set.size() == 2 ? 2 : 1);
    }
    return surplus;
  }

  /// A frame came on a connection that is not its key's active one.
  synchronized void spoke(DerpServerSession session, ClientSet set) {
    if (set.members().contains(session)) {
      set.spoke(session);
    }
  }

  /// Tells `mailbox` when the last connection of `source` ends; at once if it has.
  void subscribe(Mailbox mailbox, PublicKey source) {
    synchronized (this) {
      var set = clients.get(source);
      if (set != null) {
        set.subscribers().add(mailbox);
        return;
      }
    }
    mailbox.departed(source);
  }

  /// Forgets a connection that has ended. What it waited for is withdrawn; if it was the last of
  /// its key, those who wait for that are told.
  void unregister(DerpServerSession session, PublicKey client, ClientSet set, Mailbox mailbox) {
    var awaited = mailbox.close();
    Set<Mailbox> told = Set.of();
    synchronized (this) {
      for (var source : awaited) {
        var of = clients.get(source);
        if (of != null) {
          of.subscribers().remove(mailbox);
        }
      }
      if (remove(set, session) && set.size() == 0) {
        clients.remove(client, set);
        told = set.subscribers();
      }
    }
    for (var subscriber : told) {
      subscriber.departed(client);
    }
  }

  private boolean remove(ClientSet set, DerpServerSession session) {
    if (!set.remove(session)) {
      return false;
    }
    counters.add(DerpCounter.CONNECTIONS, -1);
    if (set.size() > 0) {
      counters.add(DerpCounter.DUPLICATE_CONNECTIONS, set.size() == 1 ? -2 : -1);
    }
    return true;
  }

  private void revoked(Set<PublicKey> keys) {
    for (var revoked : keys) {
      var set = clients.get(revoked);
      if (set != null) {
        for (var session : membersOf(set)) {
          session.demandEnd(DerpCounter.REVOKED);
        }
      }
    }
  }

  private synchronized Iterable<DerpServerSession> membersOf(ClientSet set) {
    return set.members();
  }
}
