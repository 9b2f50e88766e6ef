package dev.adit.relay.admission;

import dev.adit.core.admission.Admission;
import dev.adit.core.admission.Applicant;
import dev.adit.core.admission.VerdictCache;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Admits whom another admission admits and then each [Verifier] in turn (derp §8.1). They are
/// asked when a client connects and never again: a connection they once allowed stays.
///
/// Thread-safe. Whoever asks is never kept waiting: each question has a virtual thread. At most 64
/// questions are open at once and 1,000 clients wait for theirs, all of it within 5 s; more are
/// refused, also where an unreachable verifier would admit, because otherwise a crowd of strangers
/// could make it so.
public final class VerifiedAdmission implements Admission, Readings.Source {
  private static final Logger LOG = LoggerFactory.getLogger(VerifiedAdmission.class);
  private static final long LIMIT = 5_000_000_000L;
  private static final int MOST_OPEN = 64;
  private static final int MOST_WAITING = 1_000;
  private static final int MOST_PASSED = 100_000;
  private static final long LOG_PAUSE = 60_000_000_000L;

  private final Admission base;
  private final List<Asked> verifiers;
  private final Clock clock;
  private final Semaphore open = new Semaphore(MOST_OPEN, true);
  private final AtomicInteger waiting = new AtomicInteger();
  private final VerdictCache cache; // guarded by itself
  private final Set<PublicKey> passed = new LinkedHashSet<>(); // guarded by the cache

  /// One verifier, and what came of asking it.
  private record Asked(Verifier verifier, Counts<VerifyOutcome> counts, LastLine line) {}

  /// When a failure was last logged; never before 0.
  private static final class LastLine {
    private long at = -LOG_PAUSE;

    synchronized boolean isDue(long now) {
      boolean due = now - at >= LOG_PAUSE;
      at = due ? now : at;
      return due;
    }
  }

  /// @param base asked first; it does not take long
  /// @param verifiers in the order in which they are asked, at least one
  /// @param remember how long a yes counts without asking again; zero for not at all
  public VerifiedAdmission(
      Admission base, List<Verifier> verifiers, Duration remember, Clock clock) {
    this.base = base;
    this.verifiers = new ArrayList<>();
    for (Verifier verifier : verifiers) {
      this.verifiers.add(new Asked(verifier, new Counts<>(VerifyOutcome.class), new LastLine()));
    }
    this.cache = new VerdictCache(remember.toNanos());
    this.clock = clock;
  }

  @Override
  public Verdict judge(Applicant applicant, Consumer<Verdict> later) {
    if (!base.admits(applicant.key())) {
      return Verdict.REFUSED;
    }
    Boolean said = remembered(applicant);
    if (said != null) {
      verifiers
          .getLast()
          .counts
          .count(said ? VerifyOutcome.REMEMBERED : VerifyOutcome.REFUSED_REMEMBERED);
      if (said) {
        synchronized (cache) {
          pass(applicant.key());
        }
      }
      return said ? Verdict.ADMITTED : Verdict.REFUSED;
    }
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      verifiers.getFirst().counts.count(VerifyOutcome.BUSY);
      return Verdict.REFUSED;
    }
    Thread.ofVirtual()
        .name("verify")
        .start(() -> {
          Verdict verdict = Verdict.REFUSED;
          try {
            verdict = ask(applicant) ? Verdict.ADMITTED : Verdict.REFUSED;
          } finally {
            waiting.decrementAndGet();
            later.accept(verdict);
          }
        });
    return Verdict.LATER;
  }

  private @Nullable Boolean remembered(Applicant applicant) {
    synchronized (cache) {
      return cache.get(applicant, clock.nanos());
    }
  }

  private boolean ask(Applicant applicant) {
    long until = clock.nanos() + LIMIT;
    boolean answered = true;
    boolean admitted = true;
    for (int i = 0; i < verifiers.size() && admitted; i++) {
      Asked asked = verifiers.get(i);
      VerifyOutcome outcome = ask(asked.verifier, applicant, until);
      asked.counts.count(outcome);
      answered &= outcome.isAnswer();
      admitted = outcome.admits();
      if (!outcome.isAnswer() && asked.line.isDue(clock.nanos())) {
        LogLine.warn(LOG, "verification_failed")
            .addKeyValue("by", asked.verifier.name())
            .addKeyValue("outcome", Readings.label(outcome))
            .log("cannot find out whether a client may connect");
      }
    }
    synchronized (cache) {
      if (answered) {
        cache.put(applicant, admitted, clock.nanos());
      }
      if (admitted) {
        pass(applicant.key());
      }
    }
    return admitted;
  }

  /// Remembers the last ones, those who are about to be connected among them.
  private void pass(PublicKey key) {
    passed.remove(key);
    passed.add(key);
    if (passed.size() > MOST_PASSED) {
      passed.remove(passed.iterator().next());
    }
  }

  /// Leaves the question alone when its time is over: a name that does not resolve cannot be
  /// interrupted, and keeps its place among the open ones until it is.
  private VerifyOutcome ask(Verifier verifier, Applicant applicant, long until) {
    try {
      if (!open.tryAcquire(until - clock.nanos(), TimeUnit.NANOSECONDS)) {
        return VerifyOutcome.BUSY;
      }
      var limit = Duration.ofNanos(Math.max(1_000_000, until - clock.nanos()));
      var question =
          new FutureTask<>(() -> {
            try {
              return verifier.ask(applicant, limit);
            } finally {
              open.release();
            }
          });
      Thread.ofVirtual().name("verify-" + verifier.name()).start(question);
      return question.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return verifier.late();
    } catch (ExecutionException e) {
      LogLine.error(LOG, "verifier_broken").setCause(e).log("a verifier failed");
      return VerifyOutcome.UNREACHABLE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return VerifyOutcome.UNREACHABLE;
    }
  }

  /// Only those who have passed [#judge] of late: nobody gets in without having been asked about.
  @Override
  public boolean admits(PublicKey key) {
    synchronized (cache) {
      return passed.contains(key) && base.admits(key);
    }
  }

  @Override
  public boolean allows(PublicKey a, PublicKey b) {
    return base.allows(a, b);
  }

  @Override
  public void onRevoked(Consumer<Set<PublicKey>> listener) {
    base.onRevoked(listener);
  }

  @Override
  public void read(Readings into) {
    Metric metric =
        into.counters(
            "adit_relay_verifications_total",
            "Clients about whom somebody else was asked, by whom and outcome.",
            "by",
            "outcome");
    for (Asked asked : verifiers) {
      for (VerifyOutcome outcome : VerifyOutcome.values()) {
        metric.add(asked.counts.value(outcome), asked.verifier.name(), Readings.label(outcome));
      }
    }
    into.gauge(
        "adit_relay_verifications_waiting",
        "Clients that wait until somebody else was asked.",
        waiting.get());
  }
}
