package dev.adit.core.path;

/// The timers of the path machine, in nanoseconds (nat-traversal §3.5).
final class PathTimers {
  static final long MILLISECOND = 1_000_000;
  static final long SECOND = 1_000 * MILLISECOND;

  /// How often the selected path is asked, and how long an answer counts.
  ///
  /// @param heartbeat between pings on the selected path, ± 10 %
  /// @param trust after an answer to our own ping on that path
  /// @param trustByPing at most this long after the last such answer, however often the peer's
  ///   pings arrive: a path that is dead only from us to the peer still brings them
  record Liveness(long heartbeat, long trust, long trustByPing) {}

  /// While payload flows: its loss is felt.
  static final Liveness FLOWING =
      new Liveness(SECOND / 2, 1_700 * MILLISECOND, 2_200 * MILLISECOND);

  /// Otherwise, in an active session.
  static final Liveness QUIET = new Liveness(SECOND, 3_200 * MILLISECOND, 4 * SECOND);

  /// Payload flows until so long after the last of it.
  static final long FLOWS_FOR = 2 * SECOND;

  /// The end whose heartbeats the peer's make superfluous sends one of its own after so many tenths
  /// of their distance without one of the peer's, and as often as this.
  static final int SILENCE_TENTHS = 13;

  static final long OWN_CHECK = 5 * SECOND;

  /// Heartbeats fall on multiples of this, as far as their jitter allows: an agent of many peers
  /// wakes up once for several.
  static final long SLOT = 25 * MILLISECOND;

  /// Every so many heartbeats, one of full size; until answered, all of them.
  static final int FULL_SIZE_EVERY = 4;

  /// A full-size answer older than this proves nothing (§3.6).
  static final long FULL_SIZE_PROOF = 10 * SECOND;

  /// A path that carries less than the most is tried again so often; the heartbeats at such
  /// distances are of the largest size: ten at most, with payload (RR-59, RR-60).
  static final long MTU_AGAIN = 600 * SECOND;

  static final long MTU_CHECK = 5 * SECOND;

  static final long SUSPECT = 2 * SECOND;
  static final long IDLE = 45 * SECOND;

  /// A CALL alone keeps a peer without payload awake this long.
  static final long WOKEN = 10 * SECOND;

  /// A ping counts as lost after four round trips, within these bounds.
  static final long LOST_MIN = 600 * MILLISECOND;

  static final long LOST_MAX = 3 * SECOND;

  /// Discovery rounds after each event.
  static final long[] ROUNDS = {0, 300 * MILLISECOND, SECOND, 3 * SECOND, 7 * SECOND};

  static final long ROUND_AFTER_LOSS = 5 * SECOND;
  static final long ROUND_AFTER_LOSS_FOR = 300 * SECOND;
  static final long ROUND_SECOND_LAST = 15 * SECOND;
  static final long ROUND_LAST = 60 * SECOND;

  /// Hard NATs on both sides: the rounds after ten minutes (R-PROBE-13).
  static final long ROUND_HOPELESS = 600 * SECOND;

  static final long ROUND_HOPELESS_AFTER = 600 * SECOND;

  static final long PING_SPACING = 5 * MILLISECOND;
  static final long PING_GAP = 200 * MILLISECOND;
  static final long CALL_GAP = 200 * MILLISECOND;
  static final long LOOK_FOR_BETTER = 60 * SECOND;
  static final long GOOD_ENOUGH_RTT = 5 * MILLISECOND;
  static final long FIRST_REVIEW = 300 * MILLISECOND;
  static final long HOLD_DOWN = 10 * SECOND;
  static final long BETTER_FOR = 3 * SECOND;
  static final int BETTER_SAMPLES = 3;
  static final long BETTER_SAMPLE_GAP = 1_200 * MILLISECOND;
  static final long STUN_FRESH = 27 * SECOND;
  static final long STUN_WAIT = 250 * MILLISECOND;

  /// Before WireGuard itself is told a direct address: trusted for so long; if the controller does
  /// not say that it means it, longer; no packet by the relay for a while (§5.4, R-SEL-1).
  static final long SETTLE = SECOND;

  static final long SETTLE_UNNOMINATED = 3 * SECOND;
  static final long SETTLE_QUIET = 250 * MILLISECOND;

  /// A full-size answer no older than this (R-DP-2).
  static final long SETTLE_PROOF = SECOND;

  /// WireGuard is brought back to its direct address so long after the last packet by the relay, no
  /// more often than five times a second; after ten times in ten seconds the agent forwards for a
  /// while (R-DP-4).
  static final long REASSERT_AFTER = 100 * MILLISECOND;

  static final long REASSERT_GAP = 200 * MILLISECOND;
  static final long REASSERT_WINDOW = 10 * SECOND;
  static final int REASSERTS_IN_WINDOW = 10;
  static final long FORWARD_AFTER_REASSERTS = 30 * SECOND;

  /// An address that WireGuard went to by itself has so long to answer a ping (R-DP-7).
  static final long STRAY = 3 * SECOND;

  /// How often WireGuard is read: after its endpoint was moved, while any peer is active, else.
  static final long READ_OFTEN = 250 * MILLISECOND;

  static final long READ_OFTEN_FOR = 5 * SECOND;
  static final long READ_ACTIVE = SECOND;
  static final long READ_IDLE = 5 * SECOND;

  /// A reading that was not answered within this time is asked for again.
  static final long READ_LOST = 5 * SECOND;

  /// Data that is not answered within 12 s is lost (R-DP-8); such a candidate is left alone for a
  /// while.
  static final long DATA_ANSWERED = 12 * SECOND;

  static final long DATA_LOST_FOR = 300 * SECOND;

  /// A peer that still sends where we cannot answer is told so again (R-DP-6).
  static final long TELL_AGAIN = SECOND;

  /// A peer that has a relay, as it was heard there within this time (it confirms what it is told),
  /// and does not obey within the next, is pinned: its direct data is dropped, each time for so
  /// long, and again while it comes (R-DP-6).
  static final long ON_RELAY = 1_600 * MILLISECOND;

  static final long COMPLIES_WITHIN = 2 * SECOND;
  static final long PIN = 10 * SECOND;
  static final long PIN_AGAIN = 4 * SECOND;

  /// Told by the peer that it cannot answer on a direct path: none is chosen again before, unless
  /// the peer chooses one; each time for twice as long, so many times.
  static final long TOLD_HOLD = 5 * SECOND;

  static final int TOLD_DOUBLINGS = 4;

  static final long OBSERVED_KEPT = 45 * SECOND;
  static final long BACK_OFF_MAX = 60 * SECOND;
  static final int BACK_OFF_AFTER_PINGS = 3;
  static final long HELLO_GAP = SECOND;

  /// PATH is said again once, in case the relay lost it; the epoch makes that harmless.
  static final long PATH_REPEAT = SECOND;

  /// An initiation without a response goes again on the relay (RR-4a).
  static final long[] INITIATION_REPEATS = {
    100 * MILLISECOND, 300 * MILLISECOND, 600 * MILLISECOND, SECOND, 2 * SECOND
  };

  /// WireGuard itself sends a fresh one after 5 s.
  static final long INITIATION_KEPT = 5 * SECOND;

  static final int UNKNOWN_INITIATIONS = 64;

  /// Earlier than any `now`, and safe to subtract from one.
  static final long LONG_AGO = Long.MIN_VALUE / 4;

  static final long NEVER = Long.MAX_VALUE;

  private PathTimers() {}

  /// `time` ± `percent`.
  static long jitter(long time, int percent, java.util.random.RandomGenerator random) {
    long span = time / 100 * percent;
    return span <= 0 ? time : time - span + random.nextLong(2 * span + 1);
  }
}
