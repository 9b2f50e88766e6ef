package dev.adit.derp;

import dev.adit.net.tls.Connection;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.net.websocket.WebSocketClient.ClosedException;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// DERP's byte stream in the binary messages of a WebSocket, whose boundaries mean nothing (derp
/// §2.5).
final class WebSocketChannel implements ByteChannel {
  /// Other relays close a WebSocket for a longer message.
  private static final int MAX_SENT = 32_768;

  private static final int MAX_RECEIVED = 128 * 1024;
  private static final int NORMAL = 1000;
  private static final int GOING_AWAY = 1001;
  private static final byte[] NOTHING = {};

  private final Connection connection;
  private final WebSocketClient socket;
  private byte[] message = NOTHING; // not read to its end; of the reading thread
  private int position;

  private WebSocketChannel(Connection connection, WebSocketClient socket) {
    this.connection = connection;
    this.socket = socket;
  }

  static WebSocketChannel open(
      Connection connection, String host, String target, RandomGenerator random)
      throws IOException {
    return new WebSocketChannel(
        connection, WebSocketClient.open(connection, host, target, "derp", random, MAX_RECEIVED));
  }

  @Override
  public int read(byte[] buffer, Duration limit) throws IOException {
    if (position == message.length) {
      byte[] next;
      try {
        next = socket.receive(limit);
      } catch (ClosedException e) {
        if (e.code() == NORMAL || e.code() == GOING_AWAY) {
          return -1;
        }
        throw e;
      }
      if (next == null) {
        return 0;
      }
      message = next;
      position = 0;
    }
    int length = Math.min(buffer.length, message.length - position);
    System.arraycopy(message, position, buffer, 0, length);
    position += length;
    return length;
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    for (int at = 0; at < bytes.length; at += MAX_SENT) {
      socket.send(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + MAX_SENT)));
    }
  }

  @Override
  public Endpoint local() {
    return connection.local();
  }

  @Override
  public boolean isStranded() {
    return connection.isStranded();
  }

  @Override
  public void close() {
    socket.close();
  }
}
