package dev.adit.core.control;

import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayRecord;
import java.util.Set;
import java.util.UUID;

/// What [HeldRecords] needs to know of a kind of record.
interface RecordKind<R> {
  RecordKind<NodeRecord> NODE =
      new RecordKind<>() {
        @Override
        public String name() {
          return "node";
        }

        @Override
        public int most() {
          return ControlMessage.MAX_NODES;
        }

        @Override
        public Context context() {
          return Context.NODE;
        }

        @Override
        public Set<String> members() {
          return NodeRecord.MEMBERS;
        }

        @Override
        public NodeRecord read(JsonObject body) throws MalformedException {
          return NodeRecord.read(body);
        }

        @Override
        public boolean mayBeOf(UUID network, NodeRecord node) {
          return node.network().equals(network);
        }

        @Override
        public UUID id(NodeRecord node) {
          return node.node();
        }

        @Override
        public long serial(NodeRecord node) {
          return node.serial();
        }

        @Override
        public String title(NodeRecord node) {
          return node.name();
        }
      };

  RecordKind<RelayRecord> RELAY =
      new RecordKind<>() {
        @Override
        public String name() {
          return "relay";
        }

        @Override
        public int most() {
          return ControlMessage.MAX_RELAYS;
        }

        @Override
        public Context context() {
          return Context.RELAY;
        }

        @Override
        public Set<String> members() {
          return RelayRecord.MEMBERS;
        }

        @Override
        public RelayRecord read(JsonObject body) throws MalformedException {
          return RelayRecord.read(body);
        }

        @Override
        public boolean mayBeOf(UUID network, RelayRecord relay) {
          return true; // it may serve others now, and this network soon
        }

        @Override
        public UUID id(RelayRecord relay) {
          return relay.relay();
        }

        @Override
        public long serial(RelayRecord relay) {
          return relay.serial();
        }

        @Override
        public String title(RelayRecord relay) {
          return relay.description().name();
        }
      };

  /// Also the member that holds the record's id.
  String name();

  /// Of this kind in one network.
  int most();

  Context context();

  Set<String> members();

  R read(JsonObject body) throws MalformedException;

  /// False for a record that has no place in this network's map, whoever signed it (control
  /// R-REC-6).
  boolean mayBeOf(UUID network, R record);

  UUID id(R record);

  long serial(R record);

  /// For the user.
  String title(R record);
}
