package dev.adit.wire.probe;

import dev.adit.wire.Endpoint;

/// A way by which a node may be reached, not yet proven.
public sealed interface Candidate {
  CandidateKind kind();

  /// An address and port.
  ///
  /// @param kind any but [CandidateKind#RELAY]
  record Address(CandidateKind kind, Endpoint endpoint) implements Candidate {
    public Address {
      if (kind == CandidateKind.RELAY) {
        throw new IllegalArgumentException("a RELAY candidate has no address");
      }
    }
  }

  /// A UDP relay. On the wire its address field is these two numbers and its port is 0.
  ///
  /// @param relayIdTail last 8 bytes of the relay id
  /// @param handle the sender's handle there
  record Relay(long relayIdTail, long handle) implements Candidate {
    @Override
    public CandidateKind kind() {
      return CandidateKind.RELAY;
    }
  }
}
