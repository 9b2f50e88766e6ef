package dev.adit.core.coordinator;

import org.jspecify.annotations.Nullable;

/// Decides the removal of a node (control R-REC-9).
public final class Removing {
  private Removing() {}

  public sealed interface Outcome {
    /// The row becomes a tombstone; its addresses rest.
    record Removed(NodeRow tombstone) implements Outcome {}

    record Refused(Refusal refusal) implements Outcome {}
  }

  /// @param node the live node that `idOrName` means; null if there is none
  public static Outcome decide(@Nullable NodeRow node, String idOrName, long nowSeconds) {
    return node == null || !node.isLive()
        ? new Outcome.Refused(Refusal.unknown("no node " + idOrName + " here; see: adit node list"))
        : new Outcome.Removed(node.ended(nowSeconds));
  }
}
