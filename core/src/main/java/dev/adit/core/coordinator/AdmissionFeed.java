package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.control.ControlMessage.ClassPair;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.ServedKey;
import dev.adit.wire.control.ControlMessage.ServedNetwork;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What relays that joined are told of whom to serve (relay-rung §7.1): every live node's key with
/// a number for its network. In this release all nodes of a network are of one class, which may
/// meet itself (control R-ADM-7). Confined to one thread.
///
/// A token is good for the life of this object: a relay that comes with another one gets the whole
/// set.
public final class AdmissionFeed {
  /// The only class.
  static final int MEMBERS = 1;

  static final String AGENT = "agent";

  /// Changes kept to continue from.
  static final int MOST_CHANGES = 10_000;

  /// Keys of one message (RR-38).
  static final int MOST_KEYS = 10_000;

  private final String epoch;
  private final Map<UUID, Integer> numbers = new LinkedHashMap<>();
  private final Map<PublicKey, Grant> keys = new HashMap<>();
  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private long version;

  /// @param network of the key, or which it was of
  private record Change(long version, PublicKey key, UUID network) {}

  /// @param until seconds since 1970; 0 for no end
  private record Grant(UUID network, long until) {}

  /// @param epoch differs between two of these, also after a restart
  public AdmissionFeed(String epoch) {
    this.epoch = epoch;
  }

  /// A network is there, perhaps without nodes; repeated, nothing happens.
  public void network(UUID network) {
    int next = numbers.size() + 1;
    var _ = numbers.putIfAbsent(network, next);
  }

  public void grant(PublicKey key, UUID network) {
    network(network);
    Grant before = keys.put(key, new Grant(network, 0));
    if (before != null && !before.network.equals(network)) {
      changed(key, before.network);
    }
    if (before == null || !before.equals(keys.get(key))) {
      changed(key, network);
    }
  }

  /// A key that was granted ends then, also at relays that do not hear of it in time.
  ///
  /// @param until seconds since 1970
  public void ends(PublicKey key, long until) {
    Grant before = keys.get(key);
    if (before != null) {
      keys.put(key, new Grant(before.network, until));
      changed(key, before.network);
    }
  }

  public void revoke(PublicKey key) {
    Grant before = keys.remove(key);
    if (before != null) {
      changed(key, before.network);
    }
  }

  private void changed(PublicKey key, UUID network) {
    changes.add(new Change(++version, key, network));
    if (changes.size() > MOST_CHANGES) {
      changes.remove();
    }
  }

  public String token() {
    return "a." + version + "." + epoch;
  }

  /// What a relay must hear to hold the set of now; empty if it holds it.
  ///
  /// @param token of the set it holds; null for none
  /// @param scope the one network it serves; null for all
  public List<RelayAdmission> since(@Nullable String token, @Nullable UUID scope) {
    if (token().equals(token)) {
      return List.of();
    }
    long held = version(token);
    boolean known = held >= 0 && held >= version - changes.size() && held <= version;
    return known ? List.of(delta(String.valueOf(token), held, scope)) : whole(scope);
  }

  private long version(@Nullable String token) {
    if (token == null || !token.startsWith("a.") || !token.endsWith("." + epoch)) {
      return -1;
    }
    try {
      return Long.parseLong(token, 2, token.length() - epoch.length() - 1, 10);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return -1;
    }
  }

  private RelayAdmission delta(String base, long held, @Nullable UUID scope) {
    Set<PublicKey> touched = new LinkedHashSet<>();
    for (Change change : changes) {
      if (change.version > held && inScope(change.network, scope)) {
        touched.add(change.key);
      }
    }
    var served = new ArrayList<ServedKey>();
    var gone = new ArrayList<PublicKey>();
    for (PublicKey key : touched) {
      Grant grant = keys.get(key);
      if (grant != null && inScope(grant.network, scope)) {
        served.add(served(key, grant));
      } else {
        gone.add(key);
      }
    }
    return new RelayAdmission(
        false, base, token(), false, networks(scope), List.of(), served, gone);
  }

  private List<RelayAdmission> whole(@Nullable UUID scope) {
    var served = new ArrayList<ServedKey>();
    keys.forEach((key, grant) -> {
      if (inScope(grant.network, scope)) {
        served.add(served(key, grant));
      }
    });
    var parts = new ArrayList<RelayAdmission>();
    int from = 0;
    do {
      int to = Math.min(served.size(), from + MOST_KEYS);
      parts.add(
          new RelayAdmission(
              true,
              null,
              token(),
              to < served.size(),
              from == 0 ? networks(scope) : List.of(),
              List.of(),
              List.copyOf(served.subList(from, to)),
              List.of()));
      from = to;
    } while (from < served.size());
    return parts;
  }

  private static boolean inScope(UUID network, @Nullable UUID scope) {
    return scope == null || scope.equals(network);
  }

  private ServedKey served(PublicKey key, Grant grant) {
    int number = numbers.getOrDefault(grant.network, 0);
    return new ServedKey(key, number, MEMBERS, AGENT, grant.until);
  }

  private List<ServedNetwork> networks(@Nullable UUID scope) {
    var served = new ArrayList<ServedNetwork>();
    numbers.forEach((network, number) -> {
      if (inScope(network, scope)) {
        served.add(new ServedNetwork(number, network, List.of(new ClassPair(MEMBERS, MEMBERS))));
      }
    });
    return served;
  }
}
