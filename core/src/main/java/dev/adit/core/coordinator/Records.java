package dev.adit.core.coordinator;

import dev.adit.crypto.SigningKey;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HeadRecord;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.RelayRecord;
import dev.adit.wire.control.Sha256;
import java.util.List;
import java.util.function.Supplier;

/// Makes and signs records, each once (control §5). Thread-safe.
///
/// While a replaced record key counts, both sign: so agents that know only the former one follow
/// until they have seen the identity document that names the new one.
public final class Records {
  private final Supplier<List<SigningKey>> recordKeys;

  /// @param recordKeys as they are now, the one in force first; 1 to 4
  public Records(Supplier<List<SigningKey>> recordKeys) {
    this.recordKeys = recordKeys;
  }

  /// Whether the key in force has signed.
  public boolean isSigned(Envelope record) {
    String key = recordKeys.get().getFirst().verifyingKey().keyId();
    return record.signatures().stream().anyMatch(signature -> signature.key().equals(key));
  }

  /// The same body, so with the same serial (control R-REC-3), signed with the keys of now.
  public Envelope again(Context context, Envelope record) {
    return sign(context, record.body());
  }

  private Envelope sign(Context context, String body) {
    return Envelope.sign(context, body, recordKeys.get().toArray(SigningKey[]::new));
  }

  /// Node keys are always proven in this release, records never expire by themselves.
  public Envelope node(NodeRow node) {
    var record =
        new NodeRecord(
            node.network(),
            node.id(),
            node.nodeKey(),
            true,
            node.name(),
            node.addresses(),
            List.of(),
            List.of(),
            null,
            node.issuedAt(),
            0,
            node.serial());
    return sign(Context.NODE, record.body());
  }

  /// The relay and which networks it serves.
  public Envelope relay(RelayRow relay, RelayDescription description) {
    var record =
        new RelayRecord(
            relay.id(),
            description,
            relay.network() == null ? null : List.of(relay.network()),
            relay.issuedAt(),
            relay.notAfter(),
            relay.serial());
    return sign(Context.RELAY, record.body());
  }

  public Envelope head(NetworkRow network, long nowSeconds) {
    var plan = network.plan();
    var record =
        new HeadRecord(
            network.id(),
            network.name(),
            network.revision(),
            Sha256.of(network.digest()),
            List.of(plan.v4(), plan.v6()),
            null,
            null,
            nowSeconds);
    return sign(Context.HEAD, record.body());
  }
}
