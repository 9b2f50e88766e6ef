package dev.adit.agent;

import dev.adit.core.helper.SendRules;
import dev.adit.net.Clock;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Readings;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// What a helper counts and logs. Thread-safe.
final class HelperCounters {
  private static final long SECOND = 1_000_000_000L;

  private final Clock clock;
  private final Counts<HelperRefusal> refusals = new Counts<>(HelperRefusal.class);
  private final Counts<HelperChange> changes = new Counts<>(HelperChange.class);
  private final LongAdder probes = new LongAdder();
  private final LongAdder data = new LongAdder();
  private final LongAdder delivered = new LongAdder();
  private final AtomicInteger agents = new AtomicInteger();
  private final Map<HelperRefusal, Long> loggedAt = new ConcurrentHashMap<>();

  HelperCounters(Clock clock) {
    this.clock = clock;
  }

  /// Logged once a second for each reason, with how often it was until then.
  void refused(HelperRefusal why, String user) {
    refusals.count(why);
    long now = clock.nanos();
    Long before = loggedAt.get(why);
    if (before == null || now - before >= SECOND) {
      loggedAt.put(why, now);
      AgentLog.warn(
          Helper.class,
          "helper_refused",
          "the helper refused what an agent asked for",
          "reason",
          Readings.label(why),
          "user",
          user,
          "total",
          refusals.value(why));
    }
  }

  long refusals(HelperRefusal why) {
    return refusals.value(why);
  }

  void changed(HelperChange what, String interfaceName, String user, int peers) {
    changes.count(what);
    AgentLog.info(
        Helper.class,
        "helper_changed",
        "the helper has changed an interface",
        "change",
        Readings.label(what),
        "interface",
        interfaceName,
        "user",
        user,
        "peers",
        peers);
  }

  void sent(SendRules.Verdict kind) {
    (kind == SendRules.Verdict.PROBE ? probes : data).increment();
  }

  void delivered() {
    delivered.increment();
  }

  void agentCame() {
    agents.incrementAndGet();
  }

  void agentLeft() {
    agents.decrementAndGet();
  }

  void read(Readings into) {
    into.gauge("adit_helper_agents", "Agents that have an interface by this helper.", agents.get());
    into.counters(
        "adit_helper_refusals_total",
        "What agents asked for and did not get, by reason.",
        "reason",
        HelperRefusal.values(),
        HelperRefusal::sentence,
        refusals::value);
    into.counters(
        "adit_helper_changes_total",
        "Changes of interfaces, by kind.",
        "change",
        HelperChange.values(),
        HelperChange::sentence,
        changes::value);
    into.counters(
            "adit_helper_sent_total",
            "Datagrams sent for agents from WireGuard's port, by kind.",
            "kind")
        .explained(probes.sum(), "probe", SendRules.Verdict.PROBE.sentence())
        .explained(data.sum(), "data", SendRules.Verdict.DATA.sentence());
    into.counter(
        "adit_helper_delivered_total",
        "Datagrams to WireGuard's port that were handed to agents.",
        delivered.sum());
  }
}
