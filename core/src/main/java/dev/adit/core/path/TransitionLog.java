package dev.adit.core.path;

import dev.adit.wire.Endpoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last 50 changes of one path.
final class TransitionLog {
  private static final int MAX = 50;

  private final Deque<PeerStatus.Transition> transitions = new ArrayDeque<>();

  void add(long at, PathState from, PathState to, PathReason reason, @Nullable Endpoint endpoint) {
    if (transitions.size() == MAX) {
      transitions.removeFirst();
    }
    transitions.add(new PeerStatus.Transition(at, from, to, reason, endpoint));
  }

  List<PeerStatus.Transition> oldestFirst() {
    return List.copyOf(transitions);
  }
}
