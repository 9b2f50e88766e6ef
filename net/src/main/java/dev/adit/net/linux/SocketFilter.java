package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.stun.StunMessage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A classic BPF program (`linux/filter.h`) that the kernel runs for each packet before it wakes a
/// socket's reader. Immutable.
///
/// Of a shared port we want only what is ours: probes, envelopes of UDP relays, STUN (relay-rung
/// RR-23, nat-traversal annex A). WireGuard's own packets pass by at full speed, so a packet that
/// is none of these must cost no more than the few instructions here.
final class SocketFilter {
  /// Nothing passes.
  static final SocketFilter NOTHING = new SocketFilter(new long[] {ret(0)});

  // The first words of what is ours; `ENVELOPE` is of UDP relays (nat-traversal annex A).
  private static final int PROBE = ProbeHeader.MAGIC;
  private static final int ENVELOPE = 0xF561_6465;
  private static final int UDP = 17;
  private static final int WHOLE = 0x40000;

  // Instructions; loads are big-endian, and one beyond the packet rejects it.
  private static final int LOAD_BYTE = 0x30;
  private static final int LOAD_HALF = 0x28;
  private static final int LOAD_WORD = 0x20;
  private static final int LOAD_HALF_X = 0x48; // at X + k
  private static final int LOAD_WORD_X = 0x40;
  private static final int IP_HEADER_TO_X = 0xb1; // X = 4 × (byte k & 15)
  private static final int IF_EQUAL = 0x15;
  private static final int IF_BITS = 0x45;
  private static final int RETURN = 0x06;

  private static final int INSTRUCTION = 8;

  private final long[] program;

  private SocketFilter(long[] program) {
    this.program = program;
  }

  /// For a raw IPv4 socket, whose packets begin with the IP header: whole UDP datagrams to a port
  /// that begin with one of our magics or are STUN.
  static SocketFilter ours4(int port) {
    return new SocketFilter(
        new long[] {
          load(LOAD_BYTE, 9), // protocol
          jump(IF_EQUAL, UDP, 0, 11),
          load(LOAD_HALF, 6), // flags and fragment offset
          jump(IF_BITS, 0x3fff, 9, 0), // a fragment
          load(IP_HEADER_TO_X, 0),
          load(LOAD_HALF_X, 2), // destination port
          jump(IF_EQUAL, port, 0, 6),
          load(LOAD_WORD_X, 8), // the payload's first word
          jump(IF_EQUAL, PROBE, 3, 0),
          jump(IF_EQUAL, ENVELOPE, 2, 0),
          load(LOAD_WORD_X, 12), // its second
          jump(IF_EQUAL, StunMessage.COOKIE, 0, 1),
          ret(WHOLE),
          ret(0),
        });
  }

  /// The same for a raw IPv6 socket, whose packets begin with the UDP header.
  static SocketFilter ours6(int port) {
    return new SocketFilter(
        new long[] {
          load(LOAD_HALF, 2),
          jump(IF_EQUAL, port, 0, 6),
          load(LOAD_WORD, 8),
          jump(IF_EQUAL, PROBE, 3, 0),
          jump(IF_EQUAL, ENVELOPE, 2, 0),
          load(LOAD_WORD, 12),
          jump(IF_EQUAL, StunMessage.COOKIE, 0, 1),
          ret(WHOLE),
          ret(0),
        });
  }

  private static long load(int code, int k) {
    return instruction(code, 0, 0, k);
  }

  /// @param yes instructions to skip if it is so
  /// @param no instructions to skip if not
  private static long jump(int code, int k, int yes, int no) {
    return instruction(code, yes, no, k);
  }

  private static long ret(int bytes) {
    return instruction(RETURN, 0, 0, bytes);
  }

  private static long instruction(int code, int yes, int no, int k) {
    return (long) code << 48 | (long) yes << 40 | (long) no << 32 | k & 0xffff_ffffL;
  }

  /// Puts this program in the place of the one before.
  void attach(int descriptor) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      // struct sock_filter: code u16, jt u8, jf u8, k u32; struct sock_fprog: length u16, pointer.
      MemorySegment code = arena.allocate((long) program.length * INSTRUCTION, 8);
      for (int i = 0; i < program.length; i++) {
        int at = i * INSTRUCTION;
        code.set(JAVA_SHORT, at, (short) (program[i] >> 48));
        code.set(JAVA_BYTE, at + 2, (byte) (program[i] >> 40));
        code.set(JAVA_BYTE, at + 3, (byte) (program[i] >> 32));
        code.set(JAVA_INT, at + 4, (int) program[i]);
      }
      MemorySegment header = arena.allocate(16, 8);
      header.set(JAVA_SHORT, 0, (short) program.length);
      header.set(JAVA_LONG, 8, code.address());
      Native.checked(
          "cannot filter a raw socket",
          Native.call(
              SystemCall.SETSOCKOPT,
              descriptor,
              Sockets.SOL_SOCKET,
              Sockets.SO_ATTACH_FILTER,
              header.address(),
              header.byteSize()));
    }
  }
}
