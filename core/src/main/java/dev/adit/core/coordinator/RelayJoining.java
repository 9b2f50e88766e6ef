package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import org.jspecify.annotations.Nullable;

/// Decides whether a machine becomes a relay (control R-JOIN-5, as for nodes; relay-rung RR-53: the
/// join key alone says which networks it serves). First match answers:
///
/// 1. unknown key or wrong secret;
/// 2. the machine is this relay already: that, nothing counted, whatever the key's state;
/// 3. wrong kind of key, bad or unproven server key, or one of another relay;
/// 4. key revoked, expired, used.
public final class RelayJoining {
  private RelayJoining() {}

  /// A join as it arrived.
  ///
  /// @param proven the machine proved that it holds `relayKey`, as nodes prove theirs (R-ID-5)
  public record Command(
      String keyId, byte[] secret, PublicKey machineKey, PublicKey relayKey, boolean proven) {
    @Override
    public String toString() {
      return "Command[key " + keyId + ", secret …, relay key " + relayKey + "]";
    }
  }

  /// The rows that matter.
  ///
  /// @param ofMachine the machine's membership
  /// @param ofRelayKey the membership that has the server key
  public record Slice(
      JoinKeyRow key, @Nullable RelayMember ofMachine, @Nullable RelayMember ofRelayKey) {}

  public sealed interface Outcome {
    record Existing(RelayMember member) implements Outcome {}

    /// A row for the relay, in place of what the machine was before, and one use of the key.
    record Created(RelayMember member) implements Outcome {}

    record Refused(Refusal refusal) implements Outcome {}
  }

  /// @param slice null if no key has this id
  public static Outcome decide(@Nullable Slice slice, Command join, long nowSeconds) {
    if (slice == null || !slice.key.hasSecret(join.secret)) {
      return new Outcome.Refused(Refusal.keyUnknown(join.keyId));
    }
    RelayMember own = slice.ofMachine;
    if (own != null && own.relayKey().equals(join.relayKey)) {
      return new Outcome.Existing(own);
    }
    if (slice.key.kind() != JoinKeyRow.Kind.RELAY) {
      var kind = Refusal.keyKind(join.keyId, slice.key.kind(), JoinKeyRow.Kind.RELAY);
      return new Outcome.Refused(kind);
    }
    if (!join.relayKey.isUsable() || !join.proven || slice.ofRelayKey != null) {
      return new Outcome.Refused(Refusal.relayKey());
    }
    Refusal ended = slice.key.ended(nowSeconds);
    return ended != null
        ? new Outcome.Refused(ended)
        : new Outcome.Created(
            new RelayMember(join.machineKey, join.relayKey, slice.key.network(), nowSeconds));
  }
}
