package dev.adit.wire.probe;

import static dev.adit.wire.BigEndian.putU16;
import static dev.adit.wire.BigEndian.putU64;
import static dev.adit.wire.BigEndian.u16;
import static dev.adit.wire.BigEndian.u64;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A candidate in a CALL: address(16) port(2) kind(1) 0(1).
final class CandidateCodec {
  private CandidateCodec() {}

  static void write(Candidate candidate, byte[] out, int at) {
    switch (candidate) {
      case Candidate.Address address -> {
        System.arraycopy(address.endpoint().address().mapped(), 0, out, at, 16);
        putU16(out, at + 16, address.endpoint().port());
      }
      case Candidate.Relay relay -> {
        putU64(out, at, relay.relayIdTail());
        putU64(out, at + 8, relay.handle());
      }
    }
    out[at + 18] = (byte) candidate.kind().code();
  }

  /// Skips unknown kinds, and addresses with port 0, to which nothing can be sent.
  static List<Candidate> readAll(byte[] in, int from, int count) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = from + i * ProbeMessage.Call.CANDIDATE_BYTES;
      CandidateKind kind = CandidateKind.of(in[at + 18] & 0xff);
      int port = u16(in, at + 16);
      if (kind == CandidateKind.RELAY) {
        candidates.add(new Candidate.Relay(u64(in, at), u64(in, at + 8)));
      } else if (kind != null && port != 0) {
        IpAddress address = IpAddress.of(Arrays.copyOfRange(in, at, at + 16));
        candidates.add(new Candidate.Address(kind, new Endpoint(address, port)));
      }
    }
    return List.copyOf(candidates);
  }
}
