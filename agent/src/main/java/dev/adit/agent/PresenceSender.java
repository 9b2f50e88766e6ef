package dev.adit.agent;

import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.probe.Candidate;
import java.util.ArrayList;
import java.util.List;

/// When this node's presence may be sent: one per 2 s with a burst of 5, changes in between merged
/// (control R-PRES-1). Confined to one thread.
final class PresenceSender {
  private static final long INTERVAL_NANOS = 2_000_000_000L;
  private static final int BURST = 5;

  private boolean wanted;
  private int tokens = BURST;
  private long refilledAt;

  /// Something that presence tells has changed.
  void changed() {
    wanted = true;
  }

  /// True if it is to be sent now; asked again, false until the next change.
  boolean due(long now) {
    long gained = (now - refilledAt) / INTERVAL_NANOS;
    if (gained > 0) {
      tokens = (int) Math.min(BURST, tokens + gained);
      refilledAt += gained * INTERVAL_NANOS;
    }
    if (!wanted || tokens == 0) {
      return false;
    }
    tokens--;
    wanted = false;
    return true;
  }

  long wakeAt() {
    return wanted ? refilledAt + INTERVAL_NANOS : Long.MAX_VALUE;
  }

  /// Our candidates as presence tells them.
  static List<ControlMessage.Candidate> told(List<Candidate> candidates) {
    List<ControlMessage.Candidate> told = new ArrayList<>();
    for (Candidate candidate : candidates) {
      if (candidate instanceof Candidate.Address address) {
        told.add(new ControlMessage.Candidate(address.endpoint(), address.kind().code()));
      }
    }
    return told;
  }
}
