package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.ControlMessage.Candidate;
import dev.adit.wire.control.ControlMessage.NodePresence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where the nodes of one network are, and who hears of it (control R-PRES-1 to R-PRES-4). Never a
/// revision, never stored.
///
/// Last writer wins, by stream, then counter. A watcher hears at once on `watch`; then a change is
/// sent at once as long as the watcher's burst of [#BURST] lasts (so that a joining node's first
/// relay is known without delay), else gathered for 250 ms. The more nodes a message tells of, the
/// longer the next one waits, 2 s after 32 of them: so a thousand nodes that restart within 10 s
/// cost no watcher more than 50 messages. While the network has at most 256 nodes, a stream that
/// watches all of them, or has not said whom it watches, watches also those that come later.
///
/// Confined to one thread.
public final class Presences {
  static final int BURST = 4;
  private static final long MILLI = 1_000_000L;
  private static final long GATHER = 250 * MILLI;
  private static final long REST = 2_000 * MILLI;
  private static final long REST_PER_NODE = REST / 32;

  /// Nodes one stream may watch, and up to which it watches all.
  public static final int MOST_WATCHED = 256;

  private final Map<UUID, NodePresence> nodes = new HashMap<>();
  private final Map<Long, Watcher> watchers = new HashMap<>();
  private int size;
  private long nextDue = Gathering.NEVER; // not later than the first watcher's

  /// A message to one stream.
  public record Batch(long stream, List<NodePresence> nodes) {}

  private static final class Watcher {
    private final long stream;
    private final UUID self;
    private boolean all = true;
    private Set<UUID> watched = Set.of();
    private final Set<UUID> pending = new LinkedHashSet<>();
    private final Gathering gathering = new Gathering(BURST, GATHER);

    Watcher(long stream, UUID self) {
      this.stream = stream;
      this.self = self;
    }
  }

  /// The network has so many nodes now.
  public void sized(int count) {
    size = count;
  }

  /// A node's stream opened: it is on line, and hears of others from now on. What its former stream
  /// told stays until this one tells something newer.
  ///
  /// @param seen the stream's address
  public void opened(UUID node, long stream, IpAddress seen) {
    NodePresence before = nodes.get(node);
    put(
        before == null
            ? new NodePresence(node, stream, 0, true, null, null, seen, List.of())
            : new NodePresence(
                node,
                stream,
                0,
                true,
                before.relay(),
                before.probeKey(),
                seen,
                before.candidates()));
    watchers.put(stream, new Watcher(stream, node));
  }

  /// A stream ended; its node goes off line unless a newer stream has it.
  public void closed(UUID node, long stream) {
    watchers.remove(stream);
    NodePresence now = nodes.get(node);
    if (now != null && now.stream() == stream) {
      put(new NodePresence(node, stream, now.counter(), false, now.relay(), null, null, List.of()));
    }
  }

  /// A node is no member any more.
  public void removed(UUID node) {
    NodePresence last = nodes.remove(node);
    if (last != null) {
      watchers.remove(last.stream());
    }
    watchers.values().forEach(watcher -> watcher.pending.remove(node));
  }

  /// A node told where it is. Ignored if it is older than what we know.
  public void told(
      UUID node,
      long stream,
      long counter,
      @Nullable UUID relay,
      @Nullable PublicKey probeKey,
      List<Candidate> candidates) {
    NodePresence now = nodes.get(node);
    if (now != null && now.stream() == stream && counter > now.counter()) {
      put(new NodePresence(node, stream, counter, true, relay, probeKey, now.seen(), candidates));
    }
  }

  /// A stream said whom it watches.
  ///
  /// @param wished what is beyond the first 256 is ignored
  /// @param members the network's nodes
  /// @return what is known of the wished nodes, to be sent at once
  public List<NodePresence> watched(long stream, List<UUID> wished, Collection<UUID> members) {
    Watcher watcher = watchers.get(stream);
    if (watcher == null) {
      return List.of();
    }
    var set = new HashSet<UUID>();
    for (UUID node : wished) {
      if (set.size() < MOST_WATCHED) {
        set.add(node);
      }
    }
    set.add(watcher.self);
    watcher.all = set.containsAll(members);
    set.remove(watcher.self);
    watcher.watched = set;
    watcher.pending.retainAll(set);
    var known = new ArrayList<NodePresence>();
    for (UUID node : set) {
      NodePresence presence = nodes.get(node);
      if (presence != null) {
        known.add(presence);
        watcher.pending.remove(node);
      }
    }
    return known;
  }

  /// What is known of one node; null if nothing.
  public @Nullable NodePresence of(UUID node) {
    return nodes.get(node);
  }

  /// For a map: what is known of nodes on line, of at most 256.
  public List<NodePresence> online(UUID self) {
    var online = new ArrayList<NodePresence>();
    for (NodePresence presence : nodes.values()) {
      boolean tell = presence.online() && !presence.node().equals(self);
      if (tell && online.size() < MOST_WATCHED) {
        online.add(presence);
      }
    }
    return online;
  }

  private void put(NodePresence presence) {
    nodes.put(presence.node(), presence);
    UUID node = presence.node();
    for (Watcher watcher : watchers.values()) {
      boolean watches = watcher.all && size <= MOST_WATCHED || watcher.watched.contains(node);
      if (watches && !watcher.self.equals(node)) {
        watcher.pending.add(node);
        watcher.gathering.changed();
        nextDue = Math.min(nextDue, watcher.gathering.dueAt());
      }
    }
  }

  /// The messages that are due.
  public List<Batch> due(long now) {
    var due = new ArrayList<Batch>();
    if (now < nextDue) {
      return due;
    }
    nextDue = Gathering.NEVER;
    for (Watcher watcher : watchers.values()) {
      if (watcher.gathering.dueAt() <= now) {
        var batch = new ArrayList<NodePresence>();
        for (UUID node : watcher.pending) {
          NodePresence presence = nodes.get(node);
          if (presence != null) {
            batch.add(presence);
          }
        }
        watcher.pending.clear();
        watcher.gathering.sent(now);
        watcher.gathering.restUntil(now + rest(batch.size()));
        if (!batch.isEmpty()) {
          due.add(new Batch(watcher.stream, batch));
        }
      }
      nextDue = Math.min(nextDue, watcher.gathering.dueAt());
    }
    return due;
  }

  /// How long nothing follows a message about so many nodes; up to four cost no rest.
  private static long rest(int nodes) {
    return nodes <= BURST ? 0 : Math.min(REST, nodes * REST_PER_NODE);
  }

  /// When to ask [#due] next; `Long.MAX_VALUE` if nothing waits.
  public long wakeAt() {
    return nextDue;
  }
}
