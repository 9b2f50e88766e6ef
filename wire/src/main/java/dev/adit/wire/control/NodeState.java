package dev.adit.wire.control;

/// What a machine is in a network. Texts of later versions are kept as they came.
public record NodeState(String text) {
  public static final NodeState ACTIVE = new NodeState("active");
  public static final NodeState PENDING = new NodeState("pending");
  public static final NodeState EXPIRED = new NodeState("expired");
  public static final NodeState REMOVED = new NodeState("removed");

  @Override
  public String toString() {
    return text;
  }
}
