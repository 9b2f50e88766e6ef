package dev.adit.derp;

import dev.adit.net.tls.Connection;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A byte stream to a relay: TCP, TLS, a WebSocket, a pipe, whatever a program has.
///
/// One thread reads, another may write, any may close.
public interface ByteChannel extends AutoCloseable {
  /// Waits for the next bytes of the stream.
  ///
  /// @param limit how long, at least 1 ms; the channel stays usable after it
  /// @return how many bytes came, at least 1; 0 when the time was over; −1 at the end of the stream
  int read(byte[] buffer, Duration limit) throws IOException;

  /// Writes all of `bytes` and flushes; waits while the far end does not read.
  void write(byte[] bytes) throws IOException;

  /// Our end's address; null if the stream has none.
  default @Nullable Endpoint local() {
    return null;
  }

  /// True if our end's address is on no interface of this machine any more.
  default boolean isStranded() {
    return false;
  }

  /// Ends the stream at once, and a read or write that waits with an exception. Harmless if
  /// repeated.
  @Override
  void close();

  /// The stream of a TCP or TLS connection.
  static ByteChannel of(Connection connection) {
    return new ByteChannel() {
      @Override
      public int read(byte[] buffer, Duration limit) throws IOException {
        connection.readTimeout(limit);
        try {
          return connection.input().read(buffer);
        } catch (SocketTimeoutException e) {
          return 0;
        }
      }

      @Override
      public void write(byte[] bytes) throws IOException {
        connection.output().write(bytes);
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
        connection.close();
      }
    };
  }
}
