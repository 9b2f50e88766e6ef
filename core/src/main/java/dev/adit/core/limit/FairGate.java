package dev.adit.core.limit;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lets only so many in at once, keeps some more waiting, sends the rest away (control R-AG-7).
///
/// Those who wait are let in by turns, one of each site, in the order in which they came to their
/// site: whoever fills the queue from one site delays its own. Nobody holds a place for longer than
/// the limit, so that the silent cannot hold them all. One thread at a time.
///
/// @param <P> one who wants in
/// @param <S> where it comes from
public final class FairGate<P, S> {
  private static final long SECOND = 1_000_000_000L;
  private static final long WINDOW = 4 * SECOND;

  private final int places;
  private final int mostWaiting;
  private final int mostOfOneSite;
  private final long holdLimit;

  private final LinkedHashMap<P, Long> inside = new LinkedHashMap<>(); // the longest inside first
  private final Map<S, ArrayDeque<P>> queues = new HashMap<>();
  private final ArrayDeque<S> turns = new ArrayDeque<>();
  private int waiting;
  private int open; // let in so far, within the window that began then
  private long windowBegan;
  private double perSecond;

  /// @param places how many are inside at once
  /// @param mostWaiting how many wait at once; a quarter of them may be of one site
  /// @param holdLimit nanoseconds after which somebody inside counts no more
  public FairGate(int places, int mostWaiting, long holdLimit, long now) {
    this.places = places;
    this.mostWaiting = mostWaiting;
    this.mostOfOneSite = Math.max(1, mostWaiting / 4);
    this.holdLimit = holdLimit;
    windowBegan = now;
  }

  public enum Answer {
    ENTER,
    WAIT,
    REFUSED
  }

  /// Somebody arrives.
  public Answer arrive(P who, S site, long now) {
    expire(now);
    if (waiting == 0 && inside.size() < places) {
      enter(who, now);
      return Answer.ENTER;
    }
    ArrayDeque<P> queue = queues.get(site);
    if (waiting >= mostWaiting || queue != null && queue.size() >= mostOfOneSite) {
      return Answer.REFUSED;
    }
    if (queue == null) {
      queue = new ArrayDeque<>();
      queues.put(site, queue);
      turns.add(site);
    }
    queue.add(who);
    waiting++;
    return Answer.WAIT;
  }

  /// The next one of those who waited who may enter now, or null. To be asked after everything that
  /// happened, until null.
  public @Nullable P next(long now) {
    expire(now);
    S site = inside.size() < places ? turns.poll() : null;
    if (site == null) {
      return null;
    }
    ArrayDeque<P> queue = requireNonNull(queues.get(site));
    P who = queue.remove();
    waiting--;
    if (queue.isEmpty()) {
      queues.remove(site);
    } else {
      turns.add(site);
    }
    enter(who, now);
    return who;
  }

  private void enter(P who, long now) {
    inside.put(who, now);
    if (now - windowBegan >= WINDOW) {
      perSecond = open * (double) SECOND / (now - windowBegan);
      windowBegan = now;
      open = 0;
    }
    open++;
  }

  private void expire(long now) {
    Iterator<Long> oldest = inside.values().iterator();
    while (oldest.hasNext() && now - oldest.next() >= holdLimit) {
      oldest.remove();
    }
  }

  /// Somebody who was let in is done, or gone.
  public void leave(P who) {
    inside.remove(who);
  }

  /// Somebody gives up waiting.
  ///
  /// @return false if it did not wait any more
  public boolean withdraw(P who, S site) {
    ArrayDeque<P> queue = queues.get(site);
    if (queue == null || !queue.remove(who)) {
      return false;
    }
    waiting--;
    if (queue.isEmpty()) {
      queues.remove(site);
      turns.remove(site);
    }
    return true;
  }

  /// After how many seconds those who are sent away should come again: when those who wait now will
  /// have been let in; 1 to 60.
  public int retryAfterSeconds() {
    double rate = Math.max(perSecond, 1);
    return Math.clamp((long) Math.ceil(waiting / rate), 1, 60);
  }

  public int waiting() {
    return waiting;
  }

  /// Who was let in and counts still.
  public int inside() {
    return inside.size();
  }
}
