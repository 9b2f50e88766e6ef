package dev.adit.relay.managed;

import dev.adit.core.admission.Admission;
import dev.adit.core.admission.Applicant;
import dev.adit.core.admission.ManagedAdmission;
import dev.adit.core.admission.Permit;
import dev.adit.core.admission.PermitOutcome;
import dev.adit.core.limit.TokenBucket;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.Clock;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.control.NodeRecord;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The coordinator's set and, while the relay is cut off from it, clients that show a record of it
/// (relay-rung RR-42): nodes that have joined since, at an instance of the coordinator that this
/// relay cannot reach. Thread-safe.
final class PermitAdmission implements Admission {
  /// A signature costs a tenth of a millisecond, and strangers may bring any.
  private static final double PER_SECOND = 50;

  private final ManagedAdmission set;
  private final Supplier<@Nullable Apart> apart;
  private final Clock clock;
  private final TokenBucket bucket = new TokenBucket(PER_SECOND, PER_SECOND); // by itself
  private final Counts<PermitOutcome> outcomes = new Counts<>(PermitOutcome.class);

  /// What a relay that is cut off knows.
  ///
  /// @param contact when the coordinator was last heard, seconds since 1970
  record Apart(long contact, List<VerifyingKey> recordKeys) {}

  /// @param set whose lock guards its changes
  /// @param apart null while the set counts alone; called with that lock and without
  PermitAdmission(ManagedAdmission set, Supplier<@Nullable Apart> apart, Clock clock) {
    this.set = set;
    this.apart = apart;
    this.clock = clock;
  }

  @Override
  public Verdict judge(Applicant applicant, Consumer<Verdict> later) {
    if (set.admits(applicant.key())) {
      return Verdict.ADMITTED;
    }
    String permit = applicant.info().permit();
    if (permit == null) {
      return Verdict.REFUSED;
    }
    PermitOutcome outcome = judge(permit, applicant.key());
    outcomes.count(outcome);
    return outcome == PermitOutcome.ACCEPTED ? Verdict.ADMITTED : Verdict.REFUSED;
  }

  private PermitOutcome judge(String text, PublicKey key) {
    Apart known = apart.get();
    if (known == null) {
      return PermitOutcome.IN_CONTACT;
    }
    synchronized (bucket) {
      if (!bucket.take(1, clock.nanos())) {
        return PermitOutcome.TOO_MANY;
      }
    }
    long now = clock.wall().getEpochSecond();
    var judged = Permit.judge(text, key, set::serves, known.recordKeys(), known.contact(), now);
    NodeRecord record = judged.record();
    if (record == null) {
      return judged.outcome();
    }
    synchronized (set) {
      // The coordinator may have been heard in between: its set wins.
      return apart.get() == null ? PermitOutcome.IN_CONTACT : set.permit(record);
    }
  }

  @Override
  public boolean admits(PublicKey key) {
    return set.admits(key);
  }

  @Override
  public boolean allows(PublicKey a, PublicKey b) {
    return set.allows(a, b);
  }

  @Override
  public void onRevoked(Consumer<Set<PublicKey>> listener) {
    set.onRevoked(listener);
  }

  void read(Readings into) {
    into.gauge("adit_relay_permits", "Keys served by a record they showed.", set.permits());
    into.counters(
        "adit_relay_permits_total",
        "Records that clients showed whose key is not in the set, by what became of them.",
        "outcome",
        PermitOutcome.values(),
        PermitOutcome::sentence,
        outcomes::value);
  }
}
