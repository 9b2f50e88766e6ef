package dev.adit.wire.derp;

import dev.adit.wire.BigEndian;
import dev.adit.wire.MalformedException;
import java.util.Arrays;

/// Cuts a byte stream into whole frames. Confined to one thread.
///
/// Give it bytes by [#append], then call [#next] until it is false; only then append more. A frame
/// that lies whole in the appended bytes is shown in place, without a copy; one that does not is
/// collected in a buffer that grows with the bytes that really came, so that a header alone costs
/// its sender's peer nothing. Between frames no buffer is held.
public final class FrameCutter {
  private static final byte[] NOTHING = {};
  private static final int FIRST_BUFFER = 2048;

  private SizeRule rule;

  // What was appended and not yet read.
  private byte[] input = NOTHING;
  private int position;
  private int end;

  // The frame under way: its header, then its payload, unless it is skipped.
  private final byte[] header = new byte[Derp.HEADER_BYTES];
  private int headerBytes;
  private long skipping;
  private byte[] buffer = NOTHING;
  private int buffered;

  // The frame last shown.
  private int type;
  private byte[] payload = NOTHING;
  private int offset;
  private int length;

  public FrameCutter(SizeRule rule) {
    this.rule = rule;
  }

  /// Judges the following headers by `rule`.
  public void switchTo(SizeRule rule) {
    this.rule = rule;
  }

  /// @param bytes not copied; must not change until [#next] was false
  public void append(byte[] bytes, int offset, int length) {
    if (position != end) {
      throw new IllegalStateException("frames of the bytes before are not all taken");
    }
    input = bytes;
    position = offset;
    end = offset + length;
  }

  /// Goes to the next whole frame; false when more bytes are needed.
  ///
  /// @throws MalformedException if the rule refuses; the stream cannot be read any further
  public boolean next() throws MalformedException {
    payload = NOTHING;
    while (position < end) {
      if (skipping > 0) {
        int skipped = (int) Math.min(skipping, end - position);
        position += skipped;
        skipping -= skipped;
      } else if (headerBytes < header.length) {
        header[headerBytes++] = input[position++];
        if (headerBytes == header.length && !headerRead()) {
          headerBytes = 0;
        }
      } else {
        collect();
      }
      if (headerBytes == header.length && complete()) {
        headerBytes = 0;
        return true;
      }
    }
    input = NOTHING;
    position = 0;
    end = 0;
    return false;
  }

  /// Takes back what was appended and not yet read, as a copy; the frame last shown is void.
  public byte[] takeRest() {
    byte[] rest = Arrays.copyOfRange(input, position, end);
    input = NOTHING;
    position = 0;
    end = 0;
    payload = NOTHING;
    return rest;
  }

  public int type() {
    return type;
  }

  /// The array that holds the payload; valid until [#next] is called again.
  public byte[] array() {
    return payload;
  }

  /// Where in [#array] the payload begins.
  public int offset() {
    return offset;
  }

  /// The payload's length.
  public int length() {
    return length;
  }

  /// The frame as a value.
  public DerpFrame frame() throws MalformedException {
    return DerpFrame.decode(type, payload, offset, length);
  }

  /// False if the frame is skipped.
  private boolean headerRead() throws MalformedException {
    type = header[0] & 0xff;
    long declared = BigEndian.u32(header, 1) & 0xffff_ffffL;
    if (!rule.takes(type, declared)) {
      skipping = declared;
      return false;
    }
    length = (int) declared;
    buffered = 0;
    return true;
  }

  /// True when the payload is there, and shows it.
  private boolean complete() {
    if (buffered == 0 && end - position >= length) {
      payload = input;
      offset = position;
      position += length;
      return true;
    }
    if (buffered < length) {
      return false;
    }
    payload = buffer;
    offset = 0;
    buffer = NOTHING;
    return true;
  }

  private void collect() {
    int taken = Math.min(length - buffered, end - position);
    if (buffer.length < buffered + taken) {
      int doubled = Math.max(FIRST_BUFFER, 2 * buffer.length);
      buffer = Arrays.copyOf(buffer, Math.min(length, Math.max(doubled, buffered + taken)));
    }
    System.arraycopy(input, position, buffer, buffered, taken);
    buffered += taken;
    position += taken;
  }
}
