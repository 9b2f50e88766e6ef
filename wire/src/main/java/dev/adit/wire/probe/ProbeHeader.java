package dev.adit.wire.probe;

import static dev.adit.wire.BigEndian.putU16;
import static dev.adit.wire.BigEndian.putU32;
import static dev.adit.wire.BigEndian.putU64;
import static dev.adit.wire.BigEndian.u16;
import static dev.adit.wire.BigEndian.u32;
import static dev.adit.wire.BigEndian.u64;

import dev.adit.crypto.Hash;
import dev.adit.crypto.PublicKey;

/// The clear 24 bytes before every probe message and HELLO, read in place; they are the AAD of what
/// follows (nat-traversal §3.3, relay-rung §2).
///
/// | offset | bytes | probe message (form 0)        | HELLO (form 1)  |
/// |-------:|------:|-------------------------------|-----------------|
/// |      0 |     4 | magic `F5 61 64 70`           | the same        |
/// |      4 |     1 | version 1                     | the same        |
/// |      5 |     1 | form                          | form            |
/// |      6 |     2 | total length, header and tag included | the same |
/// |      8 |     8 | sender id                     | 0 (4), nonce (4…) |
/// |     16 |     8 | counter, from 1               | … nonce, 12 in all |
///
/// The total length lets a receiver cut off what the kernel's receive offload glued behind.
public final class ProbeHeader {
  public static final int BYTES = 24;
  public static final int TAG_BYTES = 16;
  public static final int MIN_TOTAL_BYTES = BYTES + TAG_BYTES;
  public static final int MAGIC = 0xF561_6470;
  public static final int VERSION = 1;
  public static final int FORM_MESSAGE = 0;
  public static final int FORM_HELLO = 1;

  private ProbeHeader() {}

  /// True if these bytes are ours at all; the rest of the header may still be wrong.
  public static boolean hasMagic(byte[] datagram, int offset, int length) {
    return length >= 4 && u32(datagram, offset) == MAGIC;
  }

  /// True if the header is whole: enough bytes, our magic and version, a total length that fits.
  public static boolean isWellFormed(byte[] datagram, int offset, int length) {
    return length >= MIN_TOTAL_BYTES
        && u32(datagram, offset) == MAGIC
        && datagram[offset + 4] == VERSION
        && total(datagram, offset) >= MIN_TOTAL_BYTES
        && total(datagram, offset) <= length;
  }

  public static int form(byte[] datagram, int offset) {
    return datagram[offset + 5] & 0xff;
  }

  public static int total(byte[] datagram, int offset) {
    return u16(datagram, offset + 6);
  }

  public static long senderId(byte[] datagram, int offset) {
    return u64(datagram, offset + 8);
  }

  public static long counter(byte[] datagram, int offset) {
    return u64(datagram, offset + 16);
  }

  /// First 8 bytes of SHA-256 of the sender's probe public key.
  public static long idOf(PublicKey probeKey) {
    return u64(Hash.sha256(probeKey.bytes()), 0);
  }

  static byte[] message(int total, long senderId, long counter) {
    byte[] header = start(FORM_MESSAGE, total);
    putU64(header, 8, senderId);
    putU64(header, 16, counter);
    return header;
  }

  static byte[] hello(int total, byte[] nonce) {
    byte[] header = start(FORM_HELLO, total);
    System.arraycopy(nonce, 0, header, 12, 12);
    return header;
  }

  private static byte[] start(int form, int total) {
    byte[] header = new byte[BYTES];
    putU32(header, 0, MAGIC);
    header[4] = VERSION;
    header[5] = (byte) form;
    putU16(header, 6, total);
    return header;
  }
}
