package dev.adit.net.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/// A [Connection] without a network: to a server that has said everything already.
public final class StreamConnection {
  private StreamConnection() {}

  /// @param said what the server sends before it ends the connection
  public static Connection to(byte[] said) throws IOException {
    var socket = new Said(said);
    return new Connection(socket, socket);
  }

  private static final class Said extends Socket {
    private final InputStream in;
    private final OutputStream out = new ByteArrayOutputStream();

    Said(byte[] said) {
      in = new ByteArrayInputStream(said);
    }

    @Override
    public InputStream getInputStream() {
      return in;
    }

    @Override
    public OutputStream getOutputStream() {
      return out;
    }

    @Override
    public void setSoTimeout(int millis) {}
  }
}
