package dev.adit.core.control;

import dev.adit.wire.IpAddress;
import dev.adit.wire.control.HttpsUrl;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// When and where an agent tries to reach its coordinator (control R-AG-5, R-AG-6, R-DB-6).
///
///     PAUSED ──time, hurry──► TRYING ──welcomed──► UP
///        ▲◄──every try failed───┘                   │
///        └──────────────lost, drained───────────────┘
///
/// A round tries each target once: where a draining coordinator has sent us, the last good URL, the
/// last good address without DNS, the others in random order; the next one after 2 s or when one has failed, at most three at once. Between
/// rounds it pauses, longer each time.
///
/// Tell it what happened, start a try for each [#poll] until null, sleep until [#wakeAt]. Times are
/// of a monotonic clock, in nanoseconds. One thread at a time.
public final class Reconnect {
  private static final long SECOND = SessionTimes.SECOND;
  private static final long NEXT_TARGET = 2 * SECOND;
  private static final int MOST_AT_ONCE = 3;
  private static final long SOON = SECOND / 2;
  private static final long EARLY = 120 * SECOND;
  private static final long EARLY_PAUSE = 5 * SECOND;
  private static final long LATE_PAUSE = 60 * SECOND;
  private static final long CALM = 300 * SECOND;
  private static final long SUPERSEDED_PAUSE = 10 * SECOND;

  /// One way to reach a coordinator.
  ///
  /// @param address where it was reached last, to be used instead of the name; null: ask DNS
  public record Target(HttpsUrl url, @Nullable IpAddress address) {}

  private final RandomGenerator random;
  private final ArrayDeque<Target> round = new ArrayDeque<>();
  private List<HttpsUrl> urls;
  private List<HttpsUrl> wished = List.of(); // of `drain`, for the next round
  private @Nullable Target lastGood;
  private @Nullable Target goodBefore;
  private boolean up;
  private final Set<Target> open = new HashSet<>();
  private int failures;
  private long upSince;
  private long lostAt;
  private long wakeAt;
  private long waitUntil = Long.MIN_VALUE; // the coordinator asked for it
  private boolean leaving; // the coordinator has asked to be left

  /// Begins a round at once.
  ///
  /// @param urls at least one
  /// @param lastGood by which the last stream came up, if that is known
  public Reconnect(
      List<HttpsUrl> urls, @Nullable Target lastGood, RandomGenerator random, long now) {
    this.urls = List.copyOf(urls);
    this.lastGood = lastGood;
    this.random = random;
    lostAt = now;
    wakeAt = now;
    timeReached(now);
  }

  /// The targets are now these: the coordinator's identity says so. Counts from the next round.
  public void urls(List<HttpsUrl> now) {
    urls = List.copyOf(now);
  }

  /// Starts what is due.
  public void timeReached(long now) {
    if (up || now < wakeAt) {
      return;
    }
    if (round.isEmpty() && open.isEmpty()) {
      beginRound();
    }
    wakeAt = round.isEmpty() || open.size() >= MOST_AT_ONCE ? SessionTimes.NEVER : now;
  }

  private void beginRound() {
    HttpsUrl first = lastGood == null ? urls.getFirst() : lastGood.url();
    var others = new ArrayList<>(urls);
    others.removeIf(first::equals);
    Collections.shuffle(others, random);
    for (HttpsUrl url : wished) {
      round.add(new Target(url, null));
    }
    others.removeAll(wished);
    if (!wished.contains(first)) {
      round.add(new Target(first, null));
    }
    if (lastGood != null && lastGood.address() != null) {
      round.add(lastGood);
    }
    others.forEach(url -> round.add(new Target(url, null)));
    wished = List.of();
  }

  /// The next try to start, or null.
  public @Nullable Target poll(long now) {
    if (up || now < wakeAt || round.isEmpty() || open.size() >= MOST_AT_ONCE) {
      return null;
    }
    Target next = round.remove();
    open.add(next);
    boolean more = !round.isEmpty() && open.size() < MOST_AT_ONCE;
    wakeAt = more ? now + NEXT_TARGET : SessionTimes.NEVER;
    return next;
  }

  /// A try ended without being welcomed.
  public void failed(Target target, long now) {
    if (up || !open.remove(target)) {
      return; // given up when another one was welcomed
    }
    if (!round.isEmpty()) {
      wakeAt = now;
    } else if (open.isEmpty()) {
      pause(now);
    }
  }

  /// The stream is up by this target; all other tries have been given up.
  ///
  /// @param address where the coordinator was reached; null if that was a proxy
  public void welcomed(Target by, @Nullable IpAddress address, long now) {
    up = true;
    upSince = now;
    goodBefore = lastGood;
    lastGood = new Target(by.url(), address);
    open.clear();
    round.clear();
    waitUntil = Long.MIN_VALUE;
    leaving = false;
  }

  /// The stream that was up has ended.
  public void lost(long now) {
    if (!up) {
      return;
    }
    up = false;
    // One that was up for less than five minutes is no reason to come back at full speed.
    failures = now - upSince >= CALM ? 0 : Math.min(failures, 1);
    lostAt = now;
    pause(now);
  }

  /// Whoever welcomed us last is not to be trusted: it counts as a try that failed.
  public void refused(long now) {
    if (up) {
      up = false;
      lastGood = goodBefore;
      pause(now);
    }
  }

  private void pause(long now) {
    double spread = random.nextDouble();
    long pause;
    if (failures == 0) {
      pause = (long) (spread * SOON);
    } else {
      long limit = now - lostAt < EARLY ? EARLY_PAUSE : LATE_PAUSE;
      long step = Math.min(SECOND << Math.min(failures - 1, 10), limit);
      pause = (long) (step * (0.5 + 0.5 * spread));
    }
    failures++;
    wakeAt = leaving ? now : waitUntil > now ? waitUntil : now + pause;
    leaving = false;
  }

  /// The coordinator asked for a pause before the next round (`retryMs`, `Retry-After`), which is
  /// kept, give or take a fifth, unless a stream comes up or `drain` sends us elsewhere before.
  public void waitFor(long nanos, long now) {
    waitUntil = now + (long) (nanos * (0.8 + 0.4 * random.nextDouble()));
    if (!up && open.isEmpty() && round.isEmpty()) {
      wakeAt = waitUntil;
    }
  }

  /// The stream was taken over by one that is not ours (control R-DB-6).
  public void superseded(long now) {
    waitFor(SUPERSEDED_PAUSE, now);
  }

  /// The coordinator leaves, and asks to be looked for there from now on.
  ///
  /// @param there to be tried first; may be empty
  public void drained(List<HttpsUrl> there) {
    wished = List.copyOf(there);
    leaving = true; // at once, as soon as the stream has ended
  }

  /// Something suggests that it works now (a relay connection that came up, a link that changed):
  /// one round at once, unless the coordinator asked for a pause.
  public void hurry(long now) {
    if (!up && open.isEmpty() && round.isEmpty() && now >= waitUntil) {
      wakeAt = now;
    }
  }

  /// When to call [#timeReached] next; `Long.MAX_VALUE` while something else has to happen first.
  public long wakeAt() {
    return up ? SessionTimes.NEVER : wakeAt;
  }

  /// By what the last stream came up; null before the first.
  public @Nullable Target lastGood() {
    return lastGood;
  }
}
