package dev.adit.wire.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.crypto.NoiseTransport;
import dev.adit.wire.MalformedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What stands inside the Noise messages of a stream: a kind byte, then data (control R-STR-4).
///
/// | kind | data                                                              |
/// |-----:|-------------------------------------------------------------------|
/// |    0 | last or only part of a JSON value                                 |
/// |    1 | a part of one, more follows                                       |
/// | 2, 3 | the same of one gzip member; only from coordinator to agent       |
/// |    4 | ping, 8 bytes                                                     |
/// |    5 | pong, the ping's 8 bytes                                          |
///
/// Other kinds are skipped. Writing is static; an instance reads one direction of one stream and is
/// confined to one thread.
public final class StreamCodec {
  /// Largest JSON value to the agent, inflated.
  public static final int MAX_TO_AGENT = 8 * 1024 * 1024;

  /// Largest JSON value to the coordinator.
  public static final int MAX_TO_COORDINATOR = 256 * 1024;

  /// Largest JSON value to the coordinator before it knows a node of the machine.
  public static final int MAX_BEFORE_NODE = 8 * 1024;

  /// From this length on the coordinator sends values as gzip.
  public static final int GZIP_FROM = 16 * 1024;

  public static final int PING_BYTES = 8;
  private static final int MAX_DATA = NoiseTransport.MAX_PLAINTEXT_BYTES - 1;
  private static final int LAST = 0;
  private static final int PART = 1;
  private static final int GZIP = 2; // added to LAST or PART
  private static final int PING = 4;
  private static final int PONG = 5;

  /// What one Noise message meant.
  public sealed interface Frame {
    /// A whole JSON value.
    record Value(byte[] utf8) implements Frame {}

    /// To be answered with a pong of the same 8 bytes.
    record Ping(byte[] data) implements Frame {}

    record Pong(byte[] data) implements Frame {}

    /// A part of a value; nothing to do yet.
    record Part() implements Frame {}

    /// A kind this version does not know; to be counted.
    record Unknown(int kind) implements Frame {}
  }

  private final boolean gzipAllowed;
  private int max;
  private byte[] value = {};
  private int length;
  private int openKind = -1; // LAST or GZIP while parts of a value have come

  /// @param gzipAllowed true at the agent
  /// @param max largest value in bytes, see [#limit]
  public StreamCodec(boolean gzipAllowed, int max) {
    this.gzipAllowed = gzipAllowed;
    this.max = max;
  }

  /// Changes the largest value accepted from now on.
  public void limit(int max) {
    this.max = max;
  }

  /// Reads one plaintext.
  ///
  /// @throws MalformedException if the stream must end
  public Frame read(byte[] plaintext) throws MalformedException {
    if (plaintext.length == 0) {
      throw new MalformedException("stream: a message without kind");
    }
    int kind = plaintext[0] & 0xff;
    return switch (kind) {
      case LAST, PART, GZIP + LAST, GZIP + PART -> part(kind, plaintext);
      case PING -> new Frame.Ping(echo(plaintext));
      case PONG -> new Frame.Pong(echo(plaintext));
      default -> new Frame.Unknown(kind);
    };
  }

  private Frame part(int kind, byte[] plaintext) throws MalformedException {
    boolean more = (kind & PART) != 0;
    int encoding = kind & GZIP;
    if (encoding == GZIP && !gzipAllowed) {
      throw new MalformedException("stream: gzip towards the coordinator");
    }
    if (openKind >= 0 && openKind != encoding) {
      throw new MalformedException("stream: parts of one value in two encodings");
    }
    append(plaintext);
    if (more) {
      openKind = encoding;
      return new Frame.Part();
    }
    byte[] whole = Arrays.copyOf(value, length);
    value = new byte[0];
    length = 0;
    openKind = -1;
    return new Frame.Value(encoding == GZIP ? Gzip.inflate(whole, max) : whole);
  }

  private void append(byte[] plaintext) throws MalformedException {
    int added = plaintext.length - 1;
    if (length + added > max) {
      throw new MalformedException("stream: a value of more than " + max + " bytes");
    }
    if (length + added > value.length) {
      int room = openKind < 0 ? added : Math.max(length + added, 2 * value.length);
      value = Arrays.copyOf(value, Math.min(max, room));
    }
    System.arraycopy(plaintext, 1, value, length, added);
    length += added;
  }

  private static byte[] echo(byte[] plaintext) throws MalformedException {
    if (plaintext.length != 1 + PING_BYTES) {
      throw new MalformedException("stream: ping or pong of " + (plaintext.length - 1) + " bytes");
    }
    return Arrays.copyOfRange(plaintext, 1, plaintext.length);
  }

  /// The plaintexts that carry a JSON value, in order.
  ///
  /// @param gzip true if the coordinator sends; long values are then compressed
  public static List<byte[]> write(String json, boolean gzip) {
    byte[] utf8 = json.getBytes(UTF_8);
    boolean compress = gzip && utf8.length > GZIP_FROM;
    return split(compress ? Gzip.compress(utf8) : utf8, compress ? GZIP : LAST);
  }

  private static List<byte[]> split(byte[] data, int encoding) {
    List<byte[]> messages = new ArrayList<>(data.length / MAX_DATA + 1);
    int at = 0;
    do {
      int count = Math.min(MAX_DATA, data.length - at);
      boolean more = at + count < data.length;
      messages.add(message(encoding + (more ? PART : LAST), data, at, count));
      at += count;
    } while (at < data.length);
    return messages;
  }

  /// @param data 8 bytes
  public static byte[] ping(byte[] data) {
    return message(PING, data, 0, PING_BYTES);
  }

  /// @param data the 8 bytes of the ping
  public static byte[] pong(byte[] data) {
    return message(PONG, data, 0, PING_BYTES);
  }

  private static byte[] message(int kind, byte[] data, int at, int count) {
    byte[] message = new byte[1 + count];
    message[0] = (byte) kind;
    System.arraycopy(data, at, message, 1, count);
    return message;
  }
}
