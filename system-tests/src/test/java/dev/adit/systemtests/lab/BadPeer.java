package dev.adit.systemtests.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// A TLS connection to a server of ours that says whatever it likes. Confined to one thread.
final class BadPeer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int TEXT = 0x81;
  private static final int BINARY = 0x82;

  private final SSLSocket socket;

  BadPeer(int port, String protocol) throws IOException {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Everybody()}, null);
      socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    socket.setEnabledProtocols(new String[] {protocol});
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  private static final class Everybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /// Sends a request and reads the head of the answer.
  ///
  /// @param lines without their ends
  /// @return `HTTP` and the status
  String http(String... lines) throws IOException {
    send((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    return "HTTP " + head().split(" ", 3)[1];
  }

  private String head() throws IOException {
    InputStream in = socket.getInputStream();
    var head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended inside the answer: " + head);
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /// Opens the agents' stream.
  BadPeer stream() throws IOException {
    String status =
        http(
            "GET /adit/stream HTTP/1.1",
            "Host: localhost",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Protocol: adit-control-v1");
    return upgraded(status);
  }

  /// Becomes a DERP client that has not said yet who it is.
  BadPeer derp() throws IOException {
    return upgraded(
        http("GET /derp HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: DERP"));
  }

  private BadPeer upgraded(String status) throws IOException {
    if (!status.equals("HTTP 101")) {
      throw new IOException("not upgraded: " + status);
    }
    return this;
  }

  /// Sends one WebSocket frame under a mask of zeros, or without one.
  ///
  /// @return `WebSocket close` and the code
  String frame(boolean text, boolean masked, byte[] payload) throws IOException {
    var frame = new ByteArrayOutputStream();
    int mask = masked ? 0x80 : 0;
    frame.write(text ? TEXT : BINARY);
    if (payload.length < 126) {
      frame.write(mask | payload.length);
    } else {
      frame.write(mask | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) payload.length >> shift));
      }
    }
    frame.write(new byte[masked ? 4 : 0]);
    frame.write(payload);
    send(frame.toByteArray());
    byte[] close = socket.getInputStream().readNBytes(4);
    if (close.length < 4 || (close[0] & 0xff) != 0x88) {
      throw new IOException("no close frame, but " + close.length + " bytes");
    }
    return "WebSocket close " + ((close[2] & 0xff) << 8 | close[3] & 0xff);
  }

  /// Sends one DERP frame.
  ///
  /// @param declared the length in its header
  /// @return `end`, once the server has ended the connection
  String derpFrame(int type, int declared, byte[] payload) throws IOException {
    var frame = new ByteArrayOutputStream();
    frame.write(type);
    for (int shift = 24; shift >= 0; shift -= 8) {
      frame.write(declared >> shift);
    }
    frame.write(payload);
    try {
      send(frame.toByteArray());
      var _ = socket.getInputStream().readAllBytes(); // ServerKey, and then the end
    } catch (SocketException e) {
      return "end"; // reset: bytes were left that the server did not care to read
    }
    return "end";
  }

  private void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
