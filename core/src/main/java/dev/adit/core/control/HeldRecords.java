package dev.adit.core.control;

import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Critical;
import dev.adit.wire.control.Envelope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The records of one kind an agent holds, each the newest it ever saw (control R-REC-4): a
/// coordinator that goes back in time cannot take the agent along. At most as many as one map may
/// hold, however many deltas come. Confined to one thread.
final class HeldRecords<R> {
  /// A record with the envelope that proves it.
  record Held<R>(Envelope envelope, R record) {}

  /// What became of an offered record.
  sealed interface Outcome<R> {
    /// It is held now, or was before.
    record Taken<R>(UUID id) implements Outcome<R> {}

    /// The one held is newer, or as new with another body; it stays.
    record Older<R>(UUID id, Held<R> kept) implements Outcome<R> {}

    /// Not a record signed by the coordinator.
    record Bad<R>(String why) implements Outcome<R> {}

    /// It has a critical member of a later version; none with its id is held any more.
    record NotUnderstood<R>(String what) implements Outcome<R> {}
  }

  private final RecordKind<R> kind;
  private final UUID network;
  private final TreeMap<UUID, Held<R>> held = new TreeMap<>();

  HeldRecords(RecordKind<R> kind, UUID network) {
    this.kind = kind;
    this.network = network;
  }

  /// @param most how many may be held after this one
  Outcome<R> offer(Envelope envelope, Collection<VerifyingKey> recordKeys, int most) {
    R record;
    try {
      if (!envelope.isSignedBy(kind.context(), recordKeys)) {
        return new Outcome.Bad<>("a " + kind.name() + " record without a good signature");
      }
      JsonObject body = Json.parseObject(envelope.body());
      String critical = Critical.notUnderstood(body, kind.members());
      if (critical != null) {
        // Not read: what a later version calls critical may have changed all the rest.
        String id = body.optionalString(kind.name());
        held.keySet().removeIf(each -> each.toString().equals(id));
        return new Outcome.NotUnderstood<>(kind.name() + "." + critical);
      }
      record = kind.read(body);
    } catch (MalformedException e) {
      return new Outcome.Bad<>("a " + kind.name() + " record: " + e.getMessage());
    }
    if (!kind.mayBeOf(network, record)) {
      return new Outcome.Bad<>("a " + kind.name() + " record of another network");
    }
    UUID id = kind.id(record);
    Held<R> former = held.get(id);
    if (former != null) {
      long serial = kind.serial(former.record);
      boolean sameBody = former.envelope.body().equals(envelope.body());
      if (kind.serial(record) < serial || kind.serial(record) == serial && !sameBody) {
        return new Outcome.Older<>(id, former);
      }
    }
    if (former == null && held.size() >= most) {
      return new Outcome.Bad<>("more than " + most + " " + kind.name() + " records");
    }
    held.put(id, new Held<>(envelope, record));
    return new Outcome.Taken<>(id);
  }

  void remove(UUID id) {
    held.remove(id);
  }

  void retain(Set<UUID> ids) {
    held.keySet().retainAll(ids);
  }

  @Nullable R record(UUID id) {
    Held<R> found = held.get(id);
    return found == null ? null : found.record;
  }

  @Nullable Envelope envelope(UUID id) {
    Held<R> found = held.get(id);
    return found == null ? null : found.envelope;
  }

  boolean holds(UUID id) {
    return held.containsKey(id);
  }

  Set<UUID> ids() {
    return held.keySet();
  }

  /// In the order of their ids.
  List<R> records() {
    List<R> records = new ArrayList<>(held.size());
    for (Held<R> each : held.values()) {
      records.add(each.record);
    }
    return records;
  }

  List<Envelope> envelopes() {
    List<Envelope> envelopes = new ArrayList<>(held.size());
    for (Held<R> each : held.values()) {
      envelopes.add(each.envelope);
    }
    return envelopes;
  }
}
