package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Queue;

/// Says `welcome`, then what it hears; what begins with `proven` proves who is there.
class Echo implements ByteConnection.Listener {
  private final ByteConnection connection;
  private final Queue<String> ends;

  /// @param ends gets `closed` at the end
  Echo(ByteConnection connection, Queue<String> ends) {
    this.connection = connection;
    this.ends = ends;
    connection.write("welcome".getBytes(UTF_8));
  }

  @Override
  public void received(byte[] array, int offset, int length) {
    byte[] bytes = java.util.Arrays.copyOfRange(array, offset, offset + length);
    if (new String(bytes, UTF_8).startsWith("proven")) {
      connection.peerProven();
    }
    connection.execute(() -> {
      connection.write(bytes);
      connection.flush();
    });
  }

  @Override
  public void readBatchEnded() {}

  @Override
  public void writable() {}

  @Override
  public void closed() {
    ends.add("closed");
  }
}
