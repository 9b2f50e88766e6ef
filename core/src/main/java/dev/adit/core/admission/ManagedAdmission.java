package dev.adit.core.admission;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.control.ControlMessage.ClassPair;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.ServedKey;
import dev.adit.wire.control.ControlMessage.ServedNetwork;
import dev.adit.wire.control.NodeRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The set of keys that a coordinator has a relay serve, each with its network and class
/// (relay-rung §7.1): two may exchange packets if both are in it, of one network, and the pair of
/// their classes is listed there (RR-36).
///
/// Looking up is thread-safe if the map it is given is a concurrent one; changes belong to one
/// thread, which also hears at once whose connections have to end (RR-39).
public final class ManagedAdmission implements Admission {
  /// The largest set; a larger one is refused and the old one stays (RR-38).
  public static final int MOST_KEYS = 200_000;

  private final Map<PublicKey, ServedKey> keys;
  private volatile Map<Integer, Pairs> networks = Map.of();
  private volatile @Nullable Consumer<Set<PublicKey>> listener;

  /// Keys that are not in the set, served while there is no word of it (RR-42); replaced whole.
  private volatile Map<PublicKey, ServedKey> permitted = Map.of();

  // Of the thread that makes changes.
  private @Nullable String token;
  private final List<RelayAdmission> parts = new ArrayList<>();
  private int partKeys;
  private final Set<PublicKey> removed = new LinkedHashSet<>(); // the last ones

  /// The most keys served by permit.
  public static final int MOST_PERMITS = 1_000;

  /// The class that meets every other of its network, of which nobody in the set is.
  private static final int PERMITTED = 0;

  /// So many keys that were taken out are remembered: their records are not old enough to be
  /// refused for their age. A restart forgets them.
  private static final int MOST_REMOVED = 10_000;

  /// What became of a message.
  public enum Applied {
    /// The set is now the one its token names.
    DONE,
    /// More parts have to come first.
    PART,
    /// It changes a set that is not the one held: ask for the whole.
    OTHER_BASE,
    /// More than a relay holds; the old set stays.
    TOO_LARGE
  }

  /// One network and which classes of it may meet; pairs as `a << 16 | b`, both ways.
  private record Pairs(ServedNetwork network, Set<Integer> allowed) {
    static Pairs of(ServedNetwork network) {
      var allowed = new HashSet<Integer>();
      for (ClassPair pair : network.pairs()) {
        allowed.add(pair.a() << 16 | pair.b());
        allowed.add(pair.b() << 16 | pair.a());
      }
      return new Pairs(network, Set.copyOf(allowed));
    }
  }

  /// @param keys empty; a concurrent map if more than one thread looks up
  public ManagedAdmission(Map<PublicKey, ServedKey> keys) {
    this.keys = keys;
  }

  @Override
  public boolean admits(PublicKey key) {
    return keys.containsKey(key) || permitted.containsKey(key);
  }

  /// Looks into both, so that it takes the same time for every key.
  private @Nullable ServedKey find(PublicKey key) {
    ServedKey inSet = keys.get(key);
    ServedKey byPermit = permitted.get(key);
    return inSet == null ? byPermit : inSet;
  }

  /// Looks up both before it compares, so that a key of another network takes the same time as one
  /// that does not exist (RR-37).
  @Override
  public boolean allows(PublicKey a, PublicKey b) {
    ServedKey first = find(a);
    ServedKey second = find(b);
    if (first == null) {
      return false;
    }
    Pairs pairs = networks.get(first.n());
    ServedKey compared = second == null ? first : second;
    boolean meets =
        pairs != null
            && (pairs.allowed.contains(first.c() << 16 | compared.c())
                || first.c() == PERMITTED
                || compared.c() == PERMITTED);
    return meets & second != null & compared.n() == first.n();
  }

  @Override
  public void onRevoked(Consumer<Set<PublicKey>> listener) {
    this.listener = listener;
  }

  /// The token of the set held; null if there is none.
  public @Nullable String token() {
    return token;
  }

  public int size() {
    return keys.size();
  }

  /// How many networks are served.
  public int networks() {
    return networks.size();
  }

  /// There is another stream: parts of a whole set that the last one left unfinished count no more,
  /// because who was in them may be gone since.
  public void streamOpened() {
    forgetParts();
  }

  /// Serves a key that is not in the set until the coordinator is heard of again. Whether that may
  /// be is the caller's business, but for keys that were taken out of the set.
  ///
  /// @param record good for the key
  public PermitOutcome permit(NodeRecord record) {
    PublicKey key = record.key();
    Integer number = number(record.network());
    if (number == null) {
      return PermitOutcome.OTHER_NETWORK;
    }
    if (removed.contains(key)) {
      return PermitOutcome.REMOVED;
    }
    if (permitted.size() >= MOST_PERMITS) {
      return PermitOutcome.TOO_MANY;
    }
    var more = new HashMap<>(permitted);
    more.put(key, new ServedKey(key, number, PERMITTED, "permit", record.notAfter()));
    permitted = Map.copyOf(more);
    return PermitOutcome.ACCEPTED;
  }

  /// Whether nodes of this network are served. Any thread may ask.
  public boolean serves(UUID network) {
    return number(network) != null;
  }

  private @Nullable Integer number(UUID network) {
    for (Pairs pairs : networks.values()) {
      if (pairs.network.network().equals(network)) {
        return pairs.network.n();
      }
    }
    return null;
  }

  /// How many keys are served by permit. Any thread may ask.
  public int permits() {
    return permitted.size();
  }

  /// The set counts again: whoever is not in it is not served any more.
  public void endPermits() {
    tell(withoutPermits(networks));
  }

  /// @param before the networks as they were when the permits were given
  private Set<PublicKey> withoutPermits(Map<Integer, Pairs> before) {
    var gone = new HashSet<PublicKey>();
    for (ServedKey permit : permitted.values()) {
      ServedKey held = keys.get(permit.key());
      if (held == null || !sameNetwork(permit, before, held, networks)) {
        gone.add(permit.key());
      }
    }
    permitted = Map.of();
    return gone;
  }

  /// Takes a message of the coordinator. Whose connections have to end is told before this returns.
  public Applied apply(RelayAdmission message) {
    if (!message.full()) {
      return change(message);
    }
    if (!parts.isEmpty() && !parts.getFirst().token().equals(message.token())) {
      forgetParts(); // the first part of another set
    }
    partKeys += message.keys().size();
    if (partKeys > MOST_KEYS) {
      forgetParts();
      return Applied.TOO_LARGE;
    }
    parts.add(message);
    if (message.more()) {
      return Applied.PART;
    }
    var newKeys = new HashMap<PublicKey, ServedKey>();
    var newNetworks = new HashMap<Integer, Pairs>();
    for (RelayAdmission part : parts) {
      part.networks().forEach(network -> newNetworks.put(network.n(), Pairs.of(network)));
      part.keys().forEach(key -> newKeys.put(key.key(), key));
    }
    forgetParts();
    replace(newKeys, newNetworks);
    token = message.token();
    return Applied.DONE;
  }

  private void forgetParts() {
    parts.clear();
    partKeys = 0;
  }

  private void replace(Map<PublicKey, ServedKey> newKeys, Map<Integer, Pairs> newNetworks) {
    var before = networks;
    var gone = new HashSet<PublicKey>();
    for (ServedKey held : List.copyOf(keys.values())) {
      ServedKey next = newKeys.get(held.key());
      if (next == null || !sameRights(held, before, next, newNetworks)) {
        keys.remove(held.key()); // also if it comes back below: nobody may pass in between
        gone.add(held.key());
      }
    }
    networks = Map.copyOf(newNetworks);
    keys.putAll(newKeys);
    remember(gone);
    gone.addAll(withoutPermits(before));
    tell(gone);
  }

  /// Numbers of networks are of one stream, so after another one the networks themselves count.
  private static boolean sameRights(
      ServedKey a, Map<Integer, Pairs> ofA, ServedKey b, Map<Integer, Pairs> ofB) {
    return a.c() == b.c() && sameNetwork(a, ofA, b, ofB);
  }

  private static boolean sameNetwork(
      ServedKey a, Map<Integer, Pairs> ofA, ServedKey b, Map<Integer, Pairs> ofB) {
    Pairs before = ofA.get(a.n());
    Pairs after = ofB.get(b.n());
    return before != null
        && after != null
        && before.network.network().equals(after.network.network());
  }

  private Applied change(RelayAdmission message) {
    forgetParts();
    if (token == null || !token.equals(message.base())) {
      return Applied.OTHER_BASE;
    }
    long added = message.keys().stream().filter(key -> !keys.containsKey(key.key())).count();
    if (keys.size() + added > MOST_KEYS) {
      return Applied.TOO_LARGE;
    }
    var gone = new HashSet<>(ofNetworks(message.goneNetworks()));
    gone.addAll(message.goneKeys());
    gone.removeIf(key -> keys.remove(key) == null);
    remember(gone);
    var before = networks;
    var changed = new HashMap<>(networks);
    message.goneNetworks().forEach(changed::remove);
    message.networks().forEach(network -> changed.put(network.n(), Pairs.of(network)));
    networks = Map.copyOf(changed);
    for (ServedKey key : message.keys()) {
      ServedKey held = keys.put(key.key(), key);
      if (held != null && (held.n() != key.n() || held.c() != key.c())) {
        gone.add(key.key());
      }
    }
    token = message.token();
    gone.addAll(withoutPermits(before));
    tell(gone);
    return Applied.DONE;
  }

  /// Forgets those that are in the set again, or have been out of it longest.
  private void remember(Set<PublicKey> gone) {
    removed.removeIf(keys::containsKey);
    removed.addAll(gone);
    while (removed.size() > MOST_REMOVED) {
      removed.remove(removed.iterator().next());
    }
  }

  private List<PublicKey> ofNetworks(List<Integer> numbers) {
    return numbers.isEmpty()
        ? List.of()
        : keys.values().stream()
            .filter(key -> numbers.contains(key.n()))
            .map(ServedKey::key)
            .toList();
  }

  /// Ends what is over (`until`).
  ///
  /// @param wallSeconds since 1970
  public void timeReached(long wallSeconds) {
    var gone = new HashSet<PublicKey>();
    for (ServedKey key : keys.values()) {
      if (key.until() != 0 && key.until() <= wallSeconds) {
        gone.add(key.key());
      }
    }
    gone.forEach(keys::remove);
    remember(gone);
    var permits = new HashMap<>(permitted);
    if (permits.values().removeIf(key -> key.until() != 0 && key.until() <= wallSeconds)) {
      permitted.keySet().stream().filter(key -> !permits.containsKey(key)).forEach(gone::add);
      permitted = Map.copyOf(permits);
    }
    tell(gone);
  }

  /// Serves nobody any more, until there is a new set (RR-41).
  public void clear() {
    forgetParts();
    var gone = new HashSet<>(keys.keySet());
    gone.addAll(permitted.keySet());
    keys.clear();
    permitted = Map.of();
    networks = Map.of();
    token = null;
    tell(gone);
  }

  private void tell(Set<PublicKey> gone) {
    var told = listener;
    if (told != null && !gone.isEmpty()) {
      told.accept(gone);
    }
  }

  /// The whole set as one message, to be kept in a file; null if there is none.
  public @Nullable RelayAdmission snapshot() {
    return token == null
        ? null
        : new RelayAdmission(
            true,
            null,
            token,
            false,
            networks.values().stream().map(Pairs::network).toList(),
            List.of(),
            List.copyOf(keys.values()),
            List.of());
  }
}
