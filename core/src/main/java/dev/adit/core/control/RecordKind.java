package dev.adit.core.control;

import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
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

  String name();

  Context context();

  Set<String> members();

  R read(JsonObject body) throws MalformedException;

  UUID id(R record);

  long serial(R record);

  /// For the user.
  String title(R record);
}
