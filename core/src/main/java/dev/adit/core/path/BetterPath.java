package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.NEVER;

import org.jspecify.annotations.Nullable;

/// Decides, while one direct path is in use, whether another proven one should replace it
/// (nat-traversal §3.6).
///
/// The controller compares costs: once without hysteresis, 300 ms after the first choice, when all
/// candidates have had time to answer; later only for a clear and lasting gain. The other end
/// follows the controller's nomination.
final class BetterPath {
  private final PeerProber prober;
  private final LocalSide local;

  private long reviewAt = NEVER;
  private long lookAt = NEVER;
  private long heldDownUntil = PathTimers.LONG_AGO;
  private @Nullable RemoteCandidate contender;
  private long contenderPingAt = NEVER;
  private @Nullable RemoteCandidate nominated;

  BetterPath(PeerProber prober, LocalSide local) {
    this.prober = prober;
    this.local = local;
  }

  void firstSelected(long now) {
    stop();
    reviewAt = now + PathTimers.FIRST_REVIEW;
    lookAt = now + PathTimers.LOOK_FOR_BETTER;
  }

  void switched(long now) {
    stop();
    heldDownUntil = now + PathTimers.HOLD_DOWN;
    lookAt = now + PathTimers.LOOK_FOR_BETTER;
  }

  void stop() {
    reviewAt = NEVER;
    lookAt = NEVER;
    contenderPingAt = NEVER;
    contender = null;
    nominated = null;
  }

  /// The controller pinged us on another path than ours, and means it.
  void nominated(RemoteCandidate candidate, long now) {
    nominated = candidate;
    prober.ping(candidate, true, 0, now);
  }

  boolean isNominated(RemoteCandidate candidate) {
    return candidate == nominated;
  }

  /// A proven candidate that is not the selected one has answered.
  boolean isPreferred(RemoteCandidate candidate, RemoteCandidate selected, long now) {
    if (reviewAt != NEVER
        || !PathCost.isClearlyBetter(PathCost.of(candidate, local), PathCost.of(selected, local))) {
      candidate.betterSamples = 0;
      return false;
    }
    if (candidate.betterSamples++ == 0) {
      candidate.betterSince = now;
    }
    if (candidate.betterSamples >= PathTimers.BETTER_SAMPLES
        && now - candidate.betterSince >= PathTimers.BETTER_FOR
        && now >= heldDownUntil) {
      return true;
    }
    contender = candidate;
    contenderPingAt = now + PathTimers.BETTER_SAMPLE_GAP;
    return false;
  }

  /// @return the candidate to switch to, or null
  @Nullable RemoteCandidate timeReached(RemoteCandidate selected, boolean isControlling, long now) {
    if (now >= contenderPingAt && contender != null) {
      contenderPingAt = NEVER;
      prober.ping(contender, true, 0, now);
    }
    if (now >= lookAt) {
      lookAt = now + PathTimers.LOOK_FOR_BETTER;
      if (selected.srtt > PathTimers.GOOD_ENOUGH_RTT) {
        prober.pingAll(now);
      }
    }
    if (now < reviewAt) {
      return null;
    }
    reviewAt = NEVER;
    return isControlling ? cheapest(selected, now) : null;
  }

  private @Nullable RemoteCandidate cheapest(RemoteCandidate selected, long now) {
    RemoteCandidate best = selected;
    for (RemoteCandidate candidate : prober.candidates()) {
      if (candidate.isProven(now) && PathCost.of(candidate, local) < PathCost.of(best, local)) {
        best = candidate;
      }
    }
    return best == selected ? null : best;
  }

  long wakeAt() {
    return Math.min(reviewAt, Math.min(lookAt, contenderPingAt));
  }
}
