package dev.adit.coordinator.stream;

import dev.adit.coordinator.store.HealingTransactions;
import dev.adit.coordinator.store.Transactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.core.coordinator.Healing;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.Clock;
import dev.adit.wire.control.Envelope;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes a report of a newer record to the database and what it led to back (control R-REC-5).
/// Confined to the hub thread.
final class Heals {
  private static final Logger LOG = LoggerFactory.getLogger(Heals.class);

  private final Hub hub;
  private final HubThread thread;
  private final Writer writer;
  private final Transactions transactions;
  private final Supplier<List<VerifyingKey>> recordKeys;
  private final Clock clock;

  /// @param recordKeys with which records of this coordinator were ever signed
  Heals(
      Hub hub,
      HubThread thread,
      Writer writer,
      Transactions transactions,
      Supplier<List<VerifyingKey>> recordKeys,
      Clock clock) {
    this.hub = hub;
    this.thread = thread;
    this.writer = writer;
    this.transactions = transactions;
    this.recordKeys = recordKeys;
    this.clock = clock;
  }

  void reported(Envelope held) {
    var record = Healing.verified(held, recordKeys.get());
    if (record == null) {
      hub.counters.reportUnsigned();
      LOG.debug("a report of a newer record was not signed by us");
      return;
    }
    long now = clock.wall().getEpochSecond();
    writer.submit(
        sql -> HealingTransactions.heal(sql, transactions, record, now),
        result -> {
          if (result instanceof Writer.Result.Done(var healed)) {
            thread.post(() -> healed(record.id(), healed));
          }
        });
  }

  private void healed(UUID id, HealingTransactions.Healed healed) {
    hub.counters.reported(healed.outcome());
    switch (healed.outcome()) {
      case Healing.Outcome.Ignored _ -> {}
      case Healing.Outcome.Alarm(long serial) -> StreamLog.recordOfTheFuture(id, serial);
      case Healing.Outcome.Reissue _ -> {
        StreamLog.recordReissued(id);
        healed.committed().forEach(hub::apply);
      }
    }
  }
}
