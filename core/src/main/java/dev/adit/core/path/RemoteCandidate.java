package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.LONG_AGO;

import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.ProbeMessage;
import org.jspecify.annotations.Nullable;

/// One address of a peer, and what our pings to it have shown. Confined to its peer.
final class RemoteCandidate {
  /// What is known of a candidate.
  enum State {
    NEW,
    PROBING,
    /// Answered at full size.
    VALID,
    /// Answers small pings only: carries less than 1280.
    SMALL,
    /// Was good before our own addresses changed.
    STALE,
    /// Answers nothing.
    FAILED
  }

  private static final int HISTORY = 20;
  private static final int FULL_TRIES = 3;

  final Endpoint endpoint;
  CandidateKind kind;
  State state = State.NEW;

  // Who named it; a candidate that nobody names any more is forgotten.
  boolean inPresence;
  boolean inCall;
  long heardAt = LONG_AGO;

  long pingedAt = LONG_AGO;
  long triggeredAt = LONG_AGO;

  private int heard;

  // The last ping of the peer from there that we answered.
  private int answeredTag;
  private long answeredAt = LONG_AGO;
  private boolean answeredFull;

  long pongAt = LONG_AGO;
  long fullPongAt = LONG_AGO;
  boolean everFull;
  long nextTry = LONG_AGO;

  /// It answers pings, but not WireGuard's data (R-DP-8): not chosen until then.
  long dataLostUntil = LONG_AGO;

  /// The largest that it was proven to carry, and when (RR-59).
  int mtu = TunnelMtu.LEAST;

  long mtuProvenAt = LONG_AGO;

  long srtt;
  private int pongs;
  private int fails;
  private int fullFails;
  private int fullLost;
  private int lostBits;
  private int samples;

  // As whom the peer sees us from there, and when that was last passed on.
  private @Nullable Endpoint observed;
  private long observedAt = LONG_AGO;

  // How long it has been better than the selected one (§3.6).
  int betterSamples;
  long betterSince = LONG_AGO;

  RemoteCandidate(Endpoint endpoint, CandidateKind kind) {
    this.endpoint = endpoint;
    this.kind = kind;
  }

  /// The peer sees us so.
  ///
  /// @return true if that is new, or was said long ago
  boolean saysAnew(Endpoint as, long now) {
    if (as.equals(observed) && now - observedAt < PathTimers.OBSERVED_KEPT / 2) {
      return false;
    }
    observed = as;
    observedAt = now;
    return true;
  }

  /// The tag of the last of our pings to there that was answered; 0 for none.
  int heard() {
    return heard;
  }

  /// We have answered this ping of the peer from there.
  void answers(ProbeMessage.Ping ping, long now) {
    answeredTag = ping.tag();
    answeredAt = now;
    answeredFull =
        (ping.flags() & ProbeMessage.FLAG_FULL_SIZE) != 0
            && ping.padding() >= ProbeSizes.pingPadding(TunnelMtu.LEAST);
  }

  /// Of the last ping of the peer from there that we answered; 0 for none.
  int answeredTag() {
    return answeredTag;
  }

  /// That answer has arrived: the path worked both ways then.
  void answerArrived() {
    pongAt = Math.max(pongAt, answeredAt);
    if (answeredFull) {
      fullPongAt = Math.max(fullPongAt, answeredAt);
    }
  }

  /// @param sentAt when the ping was sent
  /// @param pong which answers it
  void answered(long sentAt, ProbeMessage.Pong pong, boolean full, long now) {
    long rtt = now - sentAt;
    heard = pong.tag();
    if (now - pongAt > PathTimers.FULL_SIZE_PROOF) {
      pongs = 0; // what was measured long ago does not slow down what is measured now
    }
    // The first three take the minimum: the very first round trip pays for ARP and start-up.
    srtt = pongs == 0 ? rtt : pongs < 3 ? Math.min(srtt, rtt) : srtt + (rtt - srtt) / 8;
    pongs++;
    record(false);
    fails = 0;
    nextTry = LONG_AGO;
    pongAt = now;
    if (full) {
      fullFails = 0;
      fullLost = 0;
      fullPongAt = now;
      everFull = true;
      state = State.VALID;
      return;
    }
    // A path that answers nothing is dead, not small: a lost full-size ping counts once a small one
    // sent later is answered.
    fullFails += fullLost;
    fullLost = 0;
    if (fullFails >= FULL_TRIES) {
      state = State.SMALL;
    } else if (state == State.FAILED || state == State.NEW) {
      state = State.PROBING;
    }
  }

  void lost(boolean full, long now) {
    record(true);
    if (full) {
      fullLost++;
    }
    if (++fails >= PathTimers.BACK_OFF_AFTER_PINGS) {
      state = State.FAILED;
      int doublings = Math.min(fails - PathTimers.BACK_OFF_AFTER_PINGS, 6);
      nextTry = now + Math.min(PathTimers.SECOND << doublings, PathTimers.BACK_OFF_MAX);
    }
  }

  private void record(boolean lost) {
    lostBits = (lostBits << 1 | (lost ? 1 : 0)) & (1 << HISTORY) - 1;
    samples = Math.min(samples + 1, HISTORY);
  }

  /// Percent of the last 20 pings.
  int lossPercent() {
    return samples == 0 ? 0 : Integer.bitCount(lostBits) * 100 / samples;
  }

  void resetBackOff() {
    fails = 0;
    nextTry = LONG_AGO;
  }

  void becameStale() {
    if (state == State.VALID) {
      state = State.STALE;
    }
    fullPongAt = LONG_AGO;
    pongAt = LONG_AGO;
    answeredTag = 0;
    heard = 0;
    mtuProvenAt = LONG_AGO;
    fullLost = 0;
    fullFails = 0;
    resetBackOff();
  }

  boolean isProven(long now) {
    return state == State.VALID
        && now - fullPongAt <= PathTimers.FULL_SIZE_PROOF
        && now >= dataLostUntil;
  }

  /// When an unanswered ping counts as lost, after sending it.
  long lostAfter() {
    return Math.clamp(4 * srtt, PathTimers.LOST_MIN, PathTimers.LOST_MAX);
  }

  boolean isNamed(long now) {
    return inPresence || inCall || now - Math.max(heardAt, pongAt) <= PathTimers.OBSERVED_KEPT;
  }
}
