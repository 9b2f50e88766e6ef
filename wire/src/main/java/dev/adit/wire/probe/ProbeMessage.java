package dev.adit.wire.probe;

import static dev.adit.wire.BigEndian.putU16;
import static dev.adit.wire.BigEndian.putU32;
import static dev.adit.wire.BigEndian.putU64;
import static dev.adit.wire.BigEndian.u16;
import static dev.adit.wire.BigEndian.u32;
import static dev.adit.wire.BigEndian.u64;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// The plaintext of a probe message: `type:u8 flags:u8 …`, integers big-endian (relay-rung §3).
///
/// Bytes after the last field are ignored; for PING and PONG they are the padding.
public sealed interface ProbeMessage {
  /// PING and PONG: padded to the full size of a tunnel packet.
  int FLAG_FULL_SIZE = 0x01;

  /// PING: sent with a small hop limit to open our own NAT; no answer is expected.
  int FLAG_OPENER = 0x02;

  /// PING: the controller's choice (R-SEL-1).
  int FLAG_NOMINATE = 0x04;

  /// PONG: the UDP relay carries the session.
  int FLAG_CARRIED = 0x10;

  /// CALL: answer with a CALL.
  int FLAG_PLEASE_ANSWER = 0x01;

  /// Decisions: how the sender sends to us. Values from 4 on mean 1.
  int DECISION_NONE = 0;

  int DECISION_DERP = 1;
  int DECISION_DIRECT = 2;
  int DECISION_UDP_RELAY = 3;

  /// Asks for a PONG. Padded by the sender so that no PONG is longer than its PING.
  ///
  /// @param tag opaque, 16 bits, echoed
  /// @param epoch of the sender's `decision`
  /// @param heard the tag of the last PING to the same address that was answered, 16 bits, 0 for
  ///   none: that PONG has arrived, which proves to its sender what an answer to a PING of its own
  ///   would
  /// @param padding zero bytes behind the fields
  record Ping(int flags, int tag, TransactionId id, int epoch, int decision, int heard, int padding)
      implements ProbeMessage {
    public static final int TYPE = 0x01;
    public static final int BYTES = 24;
  }

  /// Answers a PING, from where it was sent to, to where it came from.
  ///
  /// @param flags the PING's, plus [#FLAG_CARRIED] as the answering side sees it
  /// @param observed the PING's source as the answering side saw it
  record Pong(
      int flags, int tag, TransactionId id, Endpoint observed, int epoch, int decision, int padding)
      implements ProbeMessage {
    public static final int TYPE = 0x02;
    public static final int BYTES = 44;
  }

  /// Over the relay only: these are my candidates, I have just pinged all of yours, ping mine.
  ///
  /// @param generation counts the sender's sets of candidates
  /// @param families bit 0 IPv4, bit 1 IPv6
  /// @param candidates at most 65,535; kinds this version does not know were skipped
  record Call(
      int flags,
      int generation,
      NatMapping mapping,
      NatFiltering filtering,
      NatAllocation allocation,
      int families,
      List<Candidate> candidates)
      implements ProbeMessage {
    public static final int TYPE = 0x03;
    public static final int BYTES = 12;
    static final int CANDIDATE_BYTES = 20;
  }

  /// Says by which path the sender now sends.
  ///
  /// @param reason see `PathReason` of the path machine
  /// @param addressHigh first half of the address field, IPv4 as v4-mapped IPv6, or of the relay id
  /// @param addressLow second half
  record Path(
      int flags, int reason, int epoch, int decision, long addressHigh, long addressLow, int port)
      implements ProbeMessage {
    public static final int TYPE = 0x04;
    public static final int BYTES = 32;

    /// Decision 2: to `address`, which is one of the receiver's.
    public static Path direct(int reason, int epoch, Endpoint address) {
      byte[] mapped = address.address().mapped();
      return new Path(
          0, reason, epoch, DECISION_DIRECT, u64(mapped, 0), u64(mapped, 8), address.port());
    }

    /// Decision 3.
    public static Path udpRelay(int reason, int epoch, UUID relay) {
      return new Path(
          0,
          reason,
          epoch,
          DECISION_UDP_RELAY,
          relay.getMostSignificantBits(),
          relay.getLeastSignificantBits(),
          0);
    }

    /// Decision 0 or 1, which have no address.
    public static Path without(int reason, int epoch, int decision) {
      return new Path(0, reason, epoch, decision, 0, 0, 0);
    }
  }

  /// A type this version does not know; receivers ignore it.
  record Unknown(int type) implements ProbeMessage {}

  /// The plaintext to seal.
  default byte[] encode() {
    return switch (this) {
      case Ping ping -> encode(ping);
      case Pong pong -> encode(pong);
      case Call call -> encode(call);
      case Path path -> encode(path);
      case Unknown unknown -> throw new IllegalStateException("cannot encode " + unknown);
    };
  }

  private static byte[] encode(Ping ping) {
    byte[] out = start(Ping.TYPE, ping.flags, Ping.BYTES + ping.padding);
    putU16(out, 2, ping.tag);
    ping.id.write(out, 4);
    putU32(out, 16, ping.epoch);
    out[20] = (byte) ping.decision;
    putU16(out, 22, ping.heard);
    return out;
  }

  private static byte[] encode(Pong pong) {
    byte[] out = start(Pong.TYPE, pong.flags, Pong.BYTES + pong.padding);
    putU16(out, 2, pong.tag);
    pong.id.write(out, 4);
    putU16(out, 16, pong.observed.port());
    out[18] = (byte) (pong.observed.address().isV4() ? 4 : 6);
    System.arraycopy(pong.observed.address().mapped(), 0, out, 20, 16);
    putU32(out, 36, pong.epoch);
    out[40] = (byte) pong.decision;
    return out;
  }

  private static byte[] encode(Call call) {
    byte[] out =
        start(Call.TYPE, call.flags, Call.BYTES + Call.CANDIDATE_BYTES * call.candidates.size());
    putU16(out, 2, call.candidates.size());
    putU32(out, 4, call.generation);
    out[8] = (byte) call.mapping.code();
    out[9] = (byte) call.filtering.code();
    out[10] = (byte) call.allocation.code();
    out[11] = (byte) call.families;
    int at = Call.BYTES;
    for (Candidate candidate : call.candidates) {
      CandidateCodec.write(candidate, out, at);
      at += Call.CANDIDATE_BYTES;
    }
    return out;
  }

  private static byte[] encode(Path path) {
    byte[] out = start(Path.TYPE, path.flags, Path.BYTES);
    putU16(out, 2, path.reason);
    putU32(out, 4, path.epoch);
    out[8] = (byte) path.decision;
    putU64(out, 12, path.addressHigh);
    putU64(out, 20, path.addressLow);
    putU16(out, 28, path.port);
    return out;
  }

  private static byte[] start(int type, int flags, int length) {
    byte[] out = new byte[length];
    out[0] = (byte) type;
    out[1] = (byte) flags;
    return out;
  }

  /// Reads an opened plaintext.
  ///
  /// @throws MalformedException if it is shorter than its type requires
  static ProbeMessage decode(byte[] plain) throws MalformedException {
    need(plain, 2, "probe message");
    int type = plain[0] & 0xff;
    int flags = plain[1] & 0xff;
    return switch (type) {
      case Ping.TYPE -> decodePing(plain, flags);
      case Pong.TYPE -> decodePong(plain, flags);
      case Call.TYPE -> decodeCall(plain, flags);
      case Path.TYPE -> decodePath(plain, flags);
      default -> new Unknown(type);
    };
  }

  private static Ping decodePing(byte[] in, int flags) throws MalformedException {
    need(in, Ping.BYTES, "PING");
    return new Ping(
        flags,
        u16(in, 2),
        TransactionId.read(in, 4),
        u32(in, 16),
        in[20] & 0xff,
        u16(in, 22),
        in.length - Ping.BYTES);
  }

  private static Pong decodePong(byte[] in, int flags) throws MalformedException {
    need(in, Pong.BYTES, "PONG");
    IpAddress address = IpAddress.of(Arrays.copyOfRange(in, 20, 36));
    return new Pong(
        flags,
        u16(in, 2),
        TransactionId.read(in, 4),
        new Endpoint(address, u16(in, 16)),
        u32(in, 36),
        in[40] & 0xff,
        in.length - Pong.BYTES);
  }

  private static Call decodeCall(byte[] in, int flags) throws MalformedException {
    need(in, Call.BYTES, "CALL");
    int count = u16(in, 2);
    need(in, Call.BYTES + Call.CANDIDATE_BYTES * count, "CALL");
    return new Call(
        flags,
        u32(in, 4),
        NatMapping.of(in[8]),
        NatFiltering.of(in[9]),
        NatAllocation.of(in[10]),
        in[11] & 0xff,
        CandidateCodec.readAll(in, Call.BYTES, count));
  }

  private static Path decodePath(byte[] in, int flags) throws MalformedException {
    need(in, Path.BYTES, "PATH");
    return new Path(
        flags, u16(in, 2), u32(in, 4), in[8] & 0xff, u64(in, 12), u64(in, 20), u16(in, 28));
  }

  private static void need(byte[] in, int bytes, String what) throws MalformedException {
    if (in.length < bytes) {
      throw new MalformedException(what + ": " + in.length + " bytes, needs " + bytes);
    }
  }
}
