package dev.adit.core.control;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import dev.adit.wire.control.HeadRecord;
import dev.adit.wire.control.NodeRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which of the signed node records count now (control R-REC-6): those not expired, with addresses
/// inside the network's ranges, a usable key, and no address or key that a newer record has too.
///
/// @param nodes those that count, in the order of their ids
/// @param notes for `status`: why others do not
record PeerChoice(List<NodeRecord> nodes, List<String> notes) {
  /// Clocks may differ by this much, in seconds (control R-AG-4).
  static final long CLOCK_TOLERANCE = 90;

  private static final Comparator<NodeRecord> NEWEST_FIRST =
      Comparator.comparingLong(NodeRecord::serial).reversed().thenComparing(NodeRecord::node);

  /// @param held in the order of their ids
  /// @param clock the coordinator's, seconds since 1970
  static PeerChoice of(List<NodeRecord> held, HeadRecord head, long clock) {
    List<NodeRecord> newestFirst = new ArrayList<>(held);
    newestFirst.sort(NEWEST_FIRST);
    Set<PublicKey> keys = new HashSet<>();
    Set<IpAddress> addresses = new HashSet<>();
    Set<NodeRecord> chosen = new HashSet<>();
    List<String> notes = new ArrayList<>();
    for (NodeRecord node : newestFirst) {
      String problem = problem(node, head, clock);
      if (problem == null && (keys.contains(node.key()) || overlaps(addresses, node))) {
        problem = "has a key or address that a newer record has too";
      }
      if (problem == null) {
        keys.add(node.key());
        addresses.addAll(node.addresses());
        chosen.add(node);
      } else {
        notes.add(node.name() + " " + problem);
      }
    }
    List<NodeRecord> inOrder = new ArrayList<>(held);
    inOrder.retainAll(chosen);
    return new PeerChoice(Collections.unmodifiableList(inOrder), notes);
  }

  /// True once the record's time is over by more than clocks may differ.
  static boolean isExpired(long notAfter, long clock) {
    return notAfter != 0 && clock > notAfter + CLOCK_TOLERANCE;
  }

  private static @org.jspecify.annotations.Nullable String problem(
      NodeRecord node, HeadRecord head, long clock) {
    if (isExpired(node.notAfter(), clock)) {
      return "has expired";
    }
    for (IpAddress address : node.addresses()) {
      if (!isInside(head.ranges(), address)) {
        return "has address " + address + " outside the network's ranges";
      }
    }
    return node.key().isUsable() ? null : "has a WireGuard key that is not usable";
  }

  private static boolean isInside(List<Prefix> ranges, IpAddress address) {
    for (Prefix range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static boolean overlaps(Set<IpAddress> addresses, NodeRecord node) {
    for (IpAddress address : node.addresses()) {
      if (addresses.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
