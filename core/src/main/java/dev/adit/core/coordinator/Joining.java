package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.UuidV7;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Decides whether a machine becomes a node (control R-JOIN-5, R-JOIN-7). First match answers:
///
/// 1. unknown key or wrong secret;
/// 2. the machine has a live node in that network: that node, nothing counted, whatever the key's
///    state; a new proven WireGuard key replaces the old one;
/// 3. wrong kind of key, bad WireGuard key;
/// 4. key revoked, expired, used;
/// 5. no room, or the wished address is not to be had.
public final class Joining {
  /// More nodes make no sense in one network of this release.
  public static final int MOST_NODES = 10_000;

  /// How long a released address is given to nobody else.
  public static final long ADDRESS_REST_SECONDS = 24 * 3600;

  private Joining() {}

  /// A join as it arrived.
  ///
  /// @param proven the machine proved that it holds `nodeKey` (control R-ID-5)
  /// @param addresses wished; usually none
  public record Command(
      String keyId,
      byte[] secret,
      PublicKey machineKey,
      PublicKey nodeKey,
      boolean proven,
      String name,
      List<IpAddress> addresses) {
    @Override
    public String toString() {
      return "Command[key " + keyId + ", secret …, node key " + nodeKey + "]";
    }
  }

  /// The rows that matter, read in the transaction that will write the outcome.
  ///
  /// @param ofMachine the machine's live node in the key's network
  /// @param ofNodeKey the live node, in any network, that has the node key
  /// @param nodes live nodes of the network
  /// @param names live nodes' names that begin with [Names#stem] of the wished one
  /// @param owners of those wished addresses that are in use or resting
  /// @param freeHost the lowest free host number; 0 if there is none
  public record Slice(
      JoinKeyRow key,
      NetworkRow network,
      @Nullable NodeRow ofMachine,
      @Nullable NodeRow ofNodeKey,
      int nodes,
      Set<String> names,
      Map<IpAddress, String> owners,
      long freeHost) {}

  public sealed interface Outcome {
    /// Nothing changes.
    record Existing(NodeRow node) implements Outcome {}

    /// The node's row changes.
    record Rekeyed(NodeRow node) implements Outcome {}

    /// A row for the node, and one use of the key.
    record Created(NodeRow node) implements Outcome {}

    record Refused(Refusal refusal) implements Outcome {}
  }

  /// @param slice null if no key has this id
  /// @param nowMillis wall clock
  public static Outcome decide(
      @Nullable Slice slice, Command join, long nowMillis, RandomGenerator random) {
    if (slice == null || !slice.key.hasSecret(join.secret)) {
      return new Outcome.Refused(Refusal.keyUnknown(join.keyId));
    }
    long now = nowMillis / 1000;
    NodeRow own = slice.ofMachine;
    if (own != null && own.nodeKey().equals(join.nodeKey)) {
      return new Outcome.Existing(own);
    }
    if (own == null && slice.key.kind() != JoinKeyRow.Kind.NODE) {
      var kind = Refusal.keyKind(join.keyId, slice.key.kind(), JoinKeyRow.Kind.NODE);
      return new Outcome.Refused(kind);
    }
    Refusal badNodeKey = judgeNodeKey(slice, join);
    if (badNodeKey != null) {
      return new Outcome.Refused(badNodeKey);
    }
    if (own != null) {
      return new Outcome.Rekeyed(own.withNodeKey(join.nodeKey, now));
    }
    Refusal ended = slice.key.ended(now);
    return ended != null ? new Outcome.Refused(ended) : create(slice, join, nowMillis, random);
  }

  private static @Nullable Refusal judgeNodeKey(Slice slice, Command join) {
    if (!join.nodeKey.isUsable()) {
      return Refusal.nodeKeyInvalid();
    }
    if (!join.proven) {
      return Refusal.nodeKeyProof();
    }
    return slice.ofNodeKey != null ? Refusal.nodeKeyTaken() : null;
  }

  private static Outcome create(Slice slice, Command join, long nowMillis, RandomGenerator random) {
    AddressPlan plan = slice.network.plan();
    long host = slice.freeHost;
    for (IpAddress wish : join.addresses) {
      long wished = plan.hostOf(wish);
      if (wished == 0 || (host != wished && wish != join.addresses.getFirst())) {
        return new Outcome.Refused(Refusal.addressInvalid(wish, plan));
      }
      String owner = slice.owners.get(wish);
      if (owner != null) {
        return new Outcome.Refused(Refusal.addressTaken(wish, owner));
      }
      host = wished;
    }
    if (host == 0 || slice.nodes >= MOST_NODES) {
      return new Outcome.Refused(Refusal.networkFull(slice.network.name()));
    }
    long now = nowMillis / 1000;
    return new Outcome.Created(
        new NodeRow(
            slice.network.id(),
            UuidV7.of(nowMillis, random),
            join.machineKey,
            join.nodeKey,
            Names.free(Names.label(join.name), slice.names),
            plan.addresses(host),
            host,
            Serials.next(0, now),
            now,
            now,
            0));
  }
}
