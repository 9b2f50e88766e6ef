package dev.adit.net.frontdoor;

import dev.adit.net.Clock;
import dev.adit.wire.IpAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Holds the limits of connections: in all, of new ones of all together, of unproven peers at once
/// per site, and of new ones per site and time, because each costs a TLS handshake (control
/// R-AG-7). A site is an IPv4 address or an IPv6 /64. Thread-safe.
final class ConnectionLimits {
  /// New connections that a site may make at once.
  static final int BURST = 600;

  /// And how many more each second.
  static final int PER_SECOND = 60;

  private static final long NANOS_PER_CONNECTION = 1_000_000_000L / PER_SECOND;
  private static final int SWEEP_EVERY = 4096; // accepted connections

  private final int most;
  private final int mostPerAddress;
  private final AcceptLimiter limiter;
  private final DoorCounters counters;
  private final Clock clock;
  private final AtomicInteger all = new AtomicInteger();
  private final AtomicInteger untilSweep = new AtomicInteger(SWEEP_EVERY);
  private final ConcurrentHashMap<IpAddress, Site> sites = new ConcurrentHashMap<>();

  /// @param unproven connections that are open and count against the site
  /// @param fullAt when the site has its whole burst again: each new connection puts that off
  private record Site(int unproven, long fullAt) {
    Site opened(long now) {
      return new Site(unproven + 1, Math.max(now, fullAt) + NANOS_PER_CONNECTION);
    }

    Site without() {
      return new Site(unproven - 1, fullAt);
    }

    /// What it had to offer for was somebody's, not a stranger's.
    Site withProven() {
      return new Site(unproven - 1, fullAt - NANOS_PER_CONNECTION);
    }

    boolean isForgettable(long now) {
      return unproven <= 0 && fullAt <= now;
    }
  }

  ConnectionLimits(
      int most, int mostPerAddress, AcceptLimiter limiter, DoorCounters counters, Clock clock) {
    this.most = most;
    this.mostPerAddress = mostPerAddress;
    this.limiter = limiter;
    this.counters = counters;
    this.clock = clock;
  }

  /// False if there are too many; then it does not count against the limits.
  boolean opened(IpAddress address) {
    if (!entered()) {
      return false;
    }
    if (!arrived(address)) {
      all.decrementAndGet();
      return false;
    }
    return true;
  }

  /// The first half of [#opened]: a connection of which it is not known yet whose it is.
  boolean entered() {
    counters.accepted.increment();
    if (all.incrementAndGet() > most) {
      return notEntered(DoorCounters.Refusal.TOO_MANY);
    }
    return limiter.accepts(clock.nanos()) || notEntered(DoorCounters.Refusal.ACCEPT_RATE);
  }

  private boolean notEntered(DoorCounters.Refusal why) {
    all.decrementAndGet();
    counters.refused.count(why);
    return false;
  }

  /// The second half of [#opened]: now it is known. If false, only [#closed] is to follow.
  boolean arrived(IpAddress address) {
    long now = clock.nanos();
    sweep(now);
    DoorCounters.Refusal[] refusal = {null};
    sites.compute(
        address.site(),
        (_, known) -> {
          Site site = known == null ? new Site(0, now) : known;
          if (site.unproven >= mostPerAddress) {
            refusal[0] = DoorCounters.Refusal.TOO_MANY_OF_ADDRESS;
          } else if (site.fullAt - now > (BURST - 1) * NANOS_PER_CONNECTION) {
            refusal[0] = DoorCounters.Refusal.TOO_FAST;
          }
          return refusal[0] == null ? site.opened(now) : site;
        });
    if (refusal[0] != null) {
      counters.refused.count(refusal[0]);
    }
    return refusal[0] == null;
  }

  /// Sites cost memory until they have their burst again: that bounds them to those of the last 10
  /// s, and to as many as [#most] connections can come from.
  private void sweep(long now) {
    if (untilSweep.decrementAndGet() == 0) {
      untilSweep.set(SWEEP_EVERY);
      sites.values().removeIf(site -> site.isForgettable(now));
    }
  }

  /// The peer of a connection has proven who it is: it no longer counts against its site, as if it
  /// had never been made. Whole companies sit behind one address, and come again all at once.
  void proven(IpAddress address) {
    sites.computeIfPresent(address.site(), (_, site) -> site.withProven());
  }

  /// A connection ended whose peer had not proven who it is.
  void unprovenClosed(IpAddress address) {
    sites.computeIfPresent(address.site(), (_, site) -> site.without());
  }

  int open() {
    return all.get();
  }

  /// For tests.
  int sites() {
    return sites.size();
  }

  void closed() {
    all.decrementAndGet();
  }
}
