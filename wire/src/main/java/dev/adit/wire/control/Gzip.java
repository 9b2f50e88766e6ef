package dev.adit.wire.control;

import dev.adit.wire.MalformedException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// One gzip member (RFC 1952), in memory, with a bound on what it may inflate to.
final class Gzip {
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};
  private static final int TRAILER = 8;

  private Gzip() {}

  static byte[] compress(byte[] data) {
    var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(data);
      deflater.finish();
      byte[] out = Arrays.copyOf(HEADER, Math.max(64, data.length / 4));
      int length = HEADER.length;
      while (!deflater.finished()) {
        if (length == out.length) {
          out = Arrays.copyOf(out, 2 * out.length);
        }
        length += deflater.deflate(out, length, out.length - length);
      }
      out = Arrays.copyOf(out, length + TRAILER);
      putLittleEndian(out, length, crc(data, data.length));
      putLittleEndian(out, length + 4, data.length);
      return out;
    } finally {
      deflater.end();
    }
  }

  /// @param max largest result in bytes; no more memory than twice that is ever used
  static byte[] inflate(byte[] gzip, int max) throws MalformedException {
    // Optional fields (byte 3) are refused: nobody who speaks this protocol writes them. Time,
    // level
    // and operating system (bytes 4 to 9) do not matter.
    if (gzip.length < HEADER.length + TRAILER || !Arrays.equals(gzip, 0, 4, HEADER, 0, 4)) {
      throw new MalformedException("gzip: no header without optional fields");
    }
    var inflater = new Inflater(true);
    try {
      inflater.setInput(gzip, HEADER.length, gzip.length - HEADER.length);
      // One byte more than allowed: a result of exactly `max` bytes needs room to show its end.
      byte[] out = new byte[Math.min(max + 1, 4 * gzip.length + 64)];
      int length = 0;
      while (!inflater.finished()) {
        if (length == out.length) {
          out = Arrays.copyOf(out, (int) Math.min(max + 1L, 2L * out.length));
        }
        int count = inflater.inflate(out, length, out.length - length);
        length += count;
        if (length > max) {
          throw new MalformedException("gzip: inflates to more than " + max + " bytes");
        }
        if (count == 0 && !inflater.finished()) {
          throw new MalformedException("gzip: cut off");
        }
      }
      checkTrailer(gzip, inflater.getRemaining(), out, length);
      return Arrays.copyOf(out, length);
    } catch (DataFormatException e) {
      throw new MalformedException("gzip: not valid");
    } finally {
      inflater.end();
    }
  }

  private static void checkTrailer(byte[] gzip, int remaining, byte[] out, int length)
      throws MalformedException {
    int at = gzip.length - remaining;
    if (remaining != TRAILER
        || littleEndian(gzip, at) != crc(out, length)
        || littleEndian(gzip, at + 4) != length) {
      throw new MalformedException("gzip: wrong checksum or length, or bytes after the end");
    }
  }

  private static int crc(byte[] data, int length) {
    var crc = new CRC32();
    crc.update(data, 0, length);
    return (int) crc.getValue();
  }

  private static void putLittleEndian(byte[] out, int at, int value) {
    for (int i = 0; i < 4; i++) {
      out[at + i] = (byte) (value >>> (8 * i));
    }
  }

  private static int littleEndian(byte[] in, int at) {
    return in[at] & 0xff | (in[at + 1] & 0xff) << 8 | (in[at + 2] & 0xff) << 16 | in[at + 3] << 24;
  }
}
