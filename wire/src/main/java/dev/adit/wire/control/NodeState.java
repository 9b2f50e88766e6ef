package dev.adit.wire.control;

import java.util.Set;

/// What a machine is in a network. Texts of later versions are kept as they came.
public record NodeState(String text) {
  public static final NodeState ACTIVE = new NodeState("active");
  public static final NodeState PENDING = new NodeState("pending");
  public static final NodeState EXPIRED = new NodeState("expired");
  public static final NodeState REMOVED = new NodeState("removed");

  /// The texts this version knows, for [Critical].
  static final Set<String> KNOWN = Set.of("active", "pending", "expired", "removed");

  @Override
  public String toString() {
    return text;
  }
}
