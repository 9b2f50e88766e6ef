package dev.adit.coordinator;

import dev.adit.core.admission.Admission;
import dev.adit.crypto.PublicKey;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Whom relays in this process admit: the node keys of live nodes, each with its network, kept in
/// step with the database (control R-DB-1: before anybody is told of the change).
///
/// Thread-safe: looked up by relays' threads, changed by the hub alone. A node key belongs to one
/// node of one network (control R-ID-5).
public final class NetworkAdmission implements Admission {
  private final Map<PublicKey, UUID> networks = new ConcurrentHashMap<>();
  private volatile Consumer<Set<PublicKey>> listener = keys -> {};

  @Override
  public boolean admits(PublicKey key) {
    return networks.containsKey(key);
  }

  @Override
  public boolean allows(PublicKey a, PublicKey b) {
    UUID network = networks.get(a);
    return network != null && network.equals(networks.get(b));
  }

  @Override
  public void onRevoked(Consumer<Set<PublicKey>> listener) {
    this.listener = listener;
  }

  /// Whether the key is that of a node of this network.
  public boolean serves(PublicKey key, UUID network) {
    return network.equals(networks.get(key));
  }

  public void grant(PublicKey key, UUID network) {
    networks.put(key, network);
  }

  /// Ends the key's connections before it returns, as far as the listener's hands reach.
  public void revoke(PublicKey key) {
    if (networks.remove(key) != null) {
      listener.accept(Set.of(key));
    }
  }
}
