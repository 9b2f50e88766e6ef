package dev.adit.core.coordinator;

import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.RelayRecord;
import dev.adit.wire.control.Revisions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the coordinator holds of one network to answer agents without a database read: the live
/// nodes and relays with their signed records, and the recent history (control R-REV-4).
///
/// Every member sees every node: in this release the rule is *members → members* (control R-ADM-7).
/// Confined to one thread.
public final class NetworkView {
  /// Raised when an upgrade must send full maps (control R-REV-3).
  public static final long GENERATION = 1;

  /// Changes kept to resume from.
  public static final int MOST_CHANGES = 10_000;

  private NetworkRow network;
  private final Map<UUID, Node> nodes = new LinkedHashMap<>();
  private final Map<UUID, Envelope> relays = new LinkedHashMap<>();
  private final ArrayDeque<Step> steps = new ArrayDeque<>();

  /// A live node and its record.
  public record Node(NodeRow row, Envelope record) {}

  /// One change: where it led, and which ids it touched.
  private record Step(long revision, byte[] digest, Set<UUID> nodes, Set<UUID> relays) {}

  /// What is new since a revision.
  public record Difference(
      long from,
      List<Envelope> nodes,
      List<UUID> gone,
      List<Envelope> relays,
      List<UUID> goneRelays) {}

  /// What a resume token deserves.
  public sealed interface Resume {
    record Current() implements Resume {}

    record Changed(Difference difference) implements Resume {}

    /// @param reason for the count: `new`, `old`, `history` or `generation`
    record Whole(String reason) implements Resume {}
  }

  public NetworkView(NetworkRow network) {
    this.network = network;
    steps.add(new Step(network.revision(), network.digest(), Set.of(), Set.of()));
  }

  /// Takes the state at start; call before any change.
  ///
  /// @param history oldest first, its last row the network's revision; may be empty
  public void load(Collection<Node> live, Map<UUID, Envelope> liveRelays, List<ChangeRow> history) {
    live.forEach(node -> nodes.put(node.row().id(), node));
    relays.putAll(liveRelays);
    if (!history.isEmpty()) {
      steps.clear();
      history.forEach(this::addStep);
    }
  }

  /// Applies one committed change.
  ///
  /// @param changed live nodes and tombstones
  /// @param changedRelays null for a relay that is gone
  public void committed(
      NetworkRow now,
      ChangeRow change,
      List<Node> changed,
      Map<UUID, @Nullable Envelope> changedRelays) {
    if (now.revision() != network.revision() + 1) {
      throw new IllegalArgumentException(
          "revision " + now.revision() + " after " + network.revision());
    }
    network = now;
    for (Node node : changed) {
      if (node.row().isLive()) {
        nodes.put(node.row().id(), node);
      } else {
        nodes.remove(node.row().id());
      }
    }
    changedRelays.forEach((id, record) -> {
      if (record == null) {
        relays.remove(id);
      } else {
        relays.put(id, record);
      }
    });
    addStep(change);
  }

  private void addStep(ChangeRow change) {
    var changedNodes = new LinkedHashSet<UUID>();
    var changedRelays = new LinkedHashSet<UUID>();
    for (History.Item item : History.items(change.text())) {
      (item.kind() == History.Kind.NODE ? changedNodes : changedRelays).add(item.id());
    }
    steps.add(new Step(change.revision(), change.digest(), changedNodes, changedRelays));
    if (steps.size() > MOST_CHANGES) {
      steps.removeFirst();
    }
  }

  public NetworkRow network() {
    return network;
  }

  public Map<UUID, Node> nodes() {
    return Collections.unmodifiableMap(nodes);
  }

  public Collection<Envelope> relays() {
    return Collections.unmodifiableCollection(relays.values());
  }

  /// The name of a relay as its record says; null if there is none with this id.
  public @Nullable String relayName(UUID id) {
    Envelope record = relays.get(id);
    try {
      return record == null ? null : RelayRecord.parse(record.body()).description().name();
    } catch (MalformedException e) {
      throw new IllegalStateException("a record of our own: " + e.getMessage(), e);
    }
  }

  public String token() {
    return Revisions.Token.of(GENERATION, network.revision(), network.digest()).toString();
  }

  /// Judges the token of a map an agent holds.
  ///
  /// @param token null if it holds none
  public Resume resume(@Nullable String token) {
    if (token == null) {
      return new Resume.Whole("new");
    }
    if (token.equals(token())) {
      return new Resume.Current();
    }
    Revisions.Token held;
    try {
      held = Revisions.Token.parse(token);
    } catch (MalformedException e) {
      return new Resume.Whole("generation");
    }
    if (held.generation() != GENERATION) {
      return new Resume.Whole("generation");
    }
    if (held.revision() < steps.getFirst().revision()) {
      return new Resume.Whole("old");
    }
    for (Step step : steps) {
      if (step.revision() == held.revision()) {
        return held.matches(step.digest())
            ? new Resume.Changed(since(held.revision()))
            : new Resume.Whole("history");
      }
    }
    return new Resume.Whole("history");
  }

  /// What changed after `revision`, as it is now.
  public Difference since(long revision) {
    var changedNodes = new LinkedHashSet<UUID>();
    var changedRelays = new LinkedHashSet<UUID>();
    for (var newest = steps.descendingIterator(); newest.hasNext(); ) {
      Step step = newest.next();
      if (step.revision() <= revision) {
        break;
      }
      changedNodes.addAll(step.nodes());
      changedRelays.addAll(step.relays());
    }
    var difference =
        new Difference(
            revision, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (UUID id : changedNodes) {
      Node node = nodes.get(id);
      if (node != null) {
        difference.nodes().add(node.record());
      } else {
        difference.gone().add(id);
      }
    }
    for (UUID id : changedRelays) {
      Envelope relay = relays.get(id);
      if (relay != null) {
        difference.relays().add(relay);
      } else {
        difference.goneRelays().add(id);
      }
    }
    return difference;
  }
}
