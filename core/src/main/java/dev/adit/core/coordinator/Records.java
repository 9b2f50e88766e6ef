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

/// Makes and signs records, each once (control §5). Immutable.
public final class Records {
  private final SigningKey recordKey;

  public Records(SigningKey recordKey) {
    this.recordKey = recordKey;
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
    return Envelope.sign(Context.NODE, record.body(), recordKey);
  }

  /// A relay that serves all networks.
  public Envelope relay(RelayRow relay, RelayDescription description) {
    var record =
        new RelayRecord(
            relay.id(), description, null, relay.issuedAt(), relay.notAfter(), relay.serial());
    return Envelope.sign(Context.RELAY, record.body(), recordKey);
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
    return Envelope.sign(Context.HEAD, record.body(), recordKey);
  }
}
