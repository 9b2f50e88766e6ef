package dev.adit.core.derp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All connections of one key (derp §6). The *active* one, the last that spoke, receives packets;
/// the others are only read. [DerpRouter] guards it; only [#active] is read without its lock.
public final class ClientSet {
  /// Of more connections of one key, the one that has been silent longest is ended.
  static final int MOST_MEMBERS = 16;

  private volatile @Nullable DerpServerSession active;

  /// By when they last spoke, the active one last.
  private final List<DerpServerSession> members = new ArrayList<>(1);

  /// Clients that received something from this key, and are told once when it leaves.
  private final Set<Mailbox> subscribers = new HashSet<>(0);

  ClientSet() {}

  @Nullable DerpServerSession active() {
    return active;
  }

  int size() {
    return members.size();
  }

  DerpServerSession longestSilent() {
    return members.getFirst();
  }

  List<DerpServerSession> members() {
    return List.copyOf(members);
  }

  /// Adds `session` or notes that it spoke; either makes it the active one.
  void spoke(DerpServerSession session) {
    members.remove(session);
    members.add(session);
    active = session;
  }

  /// False if it was no member.
  boolean remove(DerpServerSession session) {
    boolean was = members.remove(session);
    active = members.isEmpty() ? null : members.getLast();
    return was;
  }

  Set<Mailbox> subscribers() {
    return subscribers;
  }
}
