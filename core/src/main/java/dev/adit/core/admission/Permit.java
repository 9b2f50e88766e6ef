package dev.adit.core.admission;

import dev.adit.crypto.PublicKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Critical;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Judges the node record that a client shows to a relay which cannot ask its coordinator
/// (relay-rung RR-42, control R-REC-10). What costs most, the signature, comes last.
///
/// @param record null unless accepted
public record Permit(PermitOutcome outcome, @Nullable NodeRecord record) {
  /// So far the clocks of coordinator and relay may be apart, seconds.
  public static final long SKEW = 90;

  /// @param text the record's envelope
  /// @param key of the connection, proven
  /// @param served whether the relay serves a network
  /// @param recordKeys of the coordinator
  /// @param contact when it was last heard, seconds since 1970
  /// @param now seconds since 1970
  public static Permit judge(
      String text,
      PublicKey key,
      Predicate<UUID> served,
      Collection<VerifyingKey> recordKeys,
      long contact,
      long now) {
    try {
      Envelope envelope = Envelope.parse(text);
      JsonObject body = Json.parseObject(envelope.body());
      if (Critical.notUnderstood(body, NodeRecord.MEMBERS) != null) {
        return refused(PermitOutcome.UNREADABLE);
      }
      NodeRecord record = NodeRecord.read(body);
      if (!record.key().equals(key)) {
        return refused(PermitOutcome.OTHER_KEY);
      }
      if (!served.test(record.network())) {
        return refused(PermitOutcome.OTHER_NETWORK);
      }
      if (record.issuedAt() < contact - SKEW) {
        return refused(PermitOutcome.TOO_OLD);
      }
      if (record.notAfter() != 0 && record.notAfter() + SKEW <= now) {
        return refused(PermitOutcome.EXPIRED);
      }
      return envelope.isSignedBy(Context.NODE, recordKeys)
          ? new Permit(PermitOutcome.ACCEPTED, record)
          : refused(PermitOutcome.NOT_SIGNED);
    } catch (MalformedException e) {
      return refused(PermitOutcome.UNREADABLE);
    }
  }

  private static Permit refused(PermitOutcome why) {
    return new Permit(why, null);
  }
}
