package dev.adit.net.websocket;

import dev.adit.crypto.Hash;
import dev.adit.net.http.HttpHead;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpUpgrade;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A WebSocket at the client (RFC 6455), seen as binary messages; those it sends have at most
/// 65,535 bytes, as those it receives unless said otherwise.
///
/// One thread receives; any thread may send or close. Pings of the server are answered while
/// receiving. No extension is offered.
public final class WebSocketClient implements AutoCloseable {
  /// The longest message sent, and by default received.
  public static final int MAX_MESSAGE = 65_535;

  private static final int CONTINUATION = 0;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  /// How long the rest of a frame may take to arrive once its first byte is here.
  private static final Duration FRAME_TIMEOUT = Duration.ofSeconds(30);

  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final Connection connection;
  private final RandomGenerator random;
  private final ReentrantLock sending = new ReentrantLock(); // keeps frames whole; held across I/O
  private volatile boolean closeSent;

  /// Parts of a fragmented message so far; null between messages.
  private @Nullable ByteArrayOutputStream parts;

  private final int longest; // message received

  private WebSocketClient(Connection connection, RandomGenerator random, int longest) {
    this.connection = connection;
    this.random = random;
    this.longest = longest;
  }

  /// The server did not switch protocols.
  public static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final int retryAfterSeconds;

    RefusedException(int status, int retryAfterSeconds, String message) {
      super(message);
      this.status = status;
      this.retryAfterSeconds = retryAfterSeconds;
    }

    /// The HTTP status.
    public int status() {
      return status;
    }

    /// What the server's `Retry-After` asks for; −1 for nothing.
    public int retryAfterSeconds() {
      return retryAfterSeconds;
    }
  }

  /// The server ended the WebSocket.
  public static final class ClosedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;

    ClosedException(int code) {
      super("WebSocket closed by the server, code " + code);
      this.code = code;
    }

    /// RFC 6455 §7.4, or 4000 to 4999; 1005 for a close without a code.
    public int code() {
      return code;
    }
  }

  /// Upgrades `connection` to a WebSocket.
  ///
  /// @param host for the `Host` header, with port if it is not the default
  /// @param random for the key and the masks; must be unpredictable (RFC 6455 §5.3)
  /// @throws RefusedException if the answer is not 101
  public static WebSocketClient open(
      Connection connection, String host, String target, String subprotocol, RandomGenerator random)
      throws IOException {
    return open(connection, host, target, subprotocol, random, MAX_MESSAGE);
  }

  /// @param longest message that may be received, in bytes
  public static WebSocketClient open(
      Connection connection,
      String host,
      String target,
      String subprotocol,
      RandomGenerator random,
      int longest)
      throws IOException {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    var headers = new LinkedHashMap<String, String>();
    headers.put("Upgrade", "websocket");
    headers.put("Sec-WebSocket-Version", "13");
    headers.put("Sec-WebSocket-Key", key);
    headers.put("Sec-WebSocket-Protocol", subprotocol);
    check(HttpUpgrade.request(connection, host, target, headers), key, subprotocol);
    return new WebSocketClient(connection, random, longest);
  }

  private static void check(HttpHead answer, String key, String subprotocol) throws IOException {
    int status = answer.status();
    if (status != 101) {
      throw new RefusedException(
          status, retryAfter(answer), "the server refused the WebSocket: HTTP status " + status);
    }
    String upgrade = answer.header("upgrade");
    if (upgrade == null || !upgrade.toLowerCase(Locale.ROOT).equals("websocket")) {
      throw new IOException("WebSocket: the server switched to another protocol");
    }
    byte[] digest = Hash.sha1((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
    if (!Base64.getEncoder().encodeToString(digest).equals(answer.header("sec-websocket-accept"))) {
      throw new IOException("WebSocket: the server's Sec-WebSocket-Accept is wrong");
    }
    if (!subprotocol.equals(answer.header("sec-websocket-protocol"))) {
      throw new IOException("WebSocket: the server does not speak " + subprotocol);
    }
    if (answer.header("sec-websocket-extensions") != null) {
      throw new IOException("WebSocket: the server uses an extension nobody offered");
    }
  }

  private static int retryAfter(HttpHead answer) {
    String text = answer.header("retry-after");
    try {
      return text == null ? -1 : Math.max(-1, Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return -1; // a date; nobody sends us one
    }
  }

  /// Sends one binary message; blocks while the kernel's buffer is full.
  public void send(byte[] message) throws IOException {
    if (message.length > MAX_MESSAGE) {
      throw new IllegalArgumentException("message of " + message.length + " bytes, limit 65535");
    }
    sendFrame(BINARY, message);
  }

  /// Waits for the next message.
  ///
  /// @param timeout zero for no limit
  /// @return null if none began within `timeout`; the WebSocket stays usable
  /// @throws ClosedException if the server closed it
  /// @throws IOException if the connection broke, or the server broke the protocol; the connection
  ///   is closed then
  public byte @Nullable [] receive(Duration timeout) throws IOException {
    try {
      while (true) {
        int first = firstByte(timeout);
        if (first < 0) {
          return null;
        }
        connection.readTimeout(FRAME_TIMEOUT);
        byte[] message = receiveFrame(first);
        if (message != null) {
          return message;
        }
      }
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  private int firstByte(Duration timeout) throws IOException {
    connection.readTimeout(timeout);
    try {
      return readByte();
    } catch (SocketTimeoutException e) {
      return -1;
    }
  }

  private byte @Nullable [] receiveFrame(int first) throws IOException {
    boolean last = (first & 0x80) != 0;
    int opcode = first & 0x0f;
    if ((first & 0x70) != 0) {
      throw protocolError("reserved bits are set");
    }
    byte[] payload = readPayload();
    switch (opcode) {
      case BINARY -> {
        if (parts != null) {
          throw protocolError("a message begins inside another");
        }
        if (last) {
          return payload;
        }
        parts = new ByteArrayOutputStream();
        parts.writeBytes(payload);
      }
      case CONTINUATION -> {
        return joined(payload, last);
      }
      case PING -> {
        requireControl(last, payload);
        sendFrame(PONG, payload);
      }
      case PONG -> requireControl(last, payload);
      case CLOSE -> {
        requireControl(last, payload);
        answerClose(payload);
        throw new ClosedException(
            payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff);
      }
      default -> throw protocolError("only binary messages are expected, found type " + opcode);
    }
    return null;
  }

  private byte @Nullable [] joined(byte[] payload, boolean last) throws IOException {
    var message = parts;
    if (message == null) {
      throw protocolError("a continuation of nothing");
    }
    if (message.size() + payload.length > longest) {
      throw protocolError("message longer than " + longest + " bytes");
    }
    message.writeBytes(payload);
    if (!last) {
      return null;
    }
    parts = null;
    return message.toByteArray();
  }

  private byte[] readPayload() throws IOException {
    int second = readByte();
    if ((second & 0x80) != 0) {
      throw protocolError("a server must not mask");
    }
    long length = second & 0x7f;
    int more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (more > 0) {
      length = 0;
      for (int i = 0; i < more; i++) {
        length = length << 8 | readByte();
      }
    }
    if (length < 0 || length > longest) {
      throw protocolError("message longer than " + longest + " bytes");
    }
    byte[] payload = connection.input().readNBytes((int) length);
    if (payload.length < length) {
      throw new EOFException("WebSocket: connection ended inside a frame");
    }
    return payload;
  }

  private int readByte() throws IOException {
    int next = connection.input().read();
    if (next < 0) {
      throw new EOFException("WebSocket: connection ended");
    }
    return next;
  }

  private void requireControl(boolean last, byte[] payload) throws IOException {
    if (!last || payload.length > 125) {
      throw protocolError("a control frame is fragmented or too long");
    }
  }

  private IOException protocolError(String what) {
    close(1002);
    return new IOException("WebSocket: " + what);
  }

  private void sendFrame(int opcode, byte[] payload) throws IOException {
    int length = payload.length;
    int lengthBytes = length < 126 ? 0 : 2;
    byte[] frame = new byte[2 + lengthBytes + 4 + length];
    frame[0] = (byte) (0x80 | opcode);
    frame[1] = (byte) (0x80 | (lengthBytes == 0 ? length : 126));
    if (lengthBytes == 2) {
      frame[2] = (byte) (length >> 8);
      frame[3] = (byte) length;
    }
    int at = 2 + lengthBytes;
    int mask = random.nextInt();
    for (int i = 0; i < 4; i++) {
      frame[at + i] = (byte) (mask >> 24 - 8 * i);
    }
    for (int i = 0; i < length; i++) {
      frame[at + 4 + i] = (byte) (payload[i] ^ frame[at + (i & 3)]);
    }
    sending.lock();
    try {
      if (closeSent) {
        throw new IOException("WebSocket: already closed");
      }
      closeSent = opcode == CLOSE;
      connection.output().write(frame);
    } finally {
      sending.unlock();
    }
  }

  private void answerClose(byte[] payload) {
    try {
      sendFrame(CLOSE, payload);
    } catch (IOException e) {
      // the server is gone already, or we closed first
    }
  }

  /// Sends a close frame if that is possible at once, and ends the connection.
  public void close(int code) {
    try {
      // A writer that is stuck must not keep us: then there is no close frame.
      if (sending.tryLock()) {
        try {
          sendFrame(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
        } finally {
          sending.unlock();
        }
      }
    } catch (IOException e) {
      // ended already
    }
    connection.close();
  }

  /// Closes with code 1000.
  @Override
  public void close() {
    close(1000);
  }
}
