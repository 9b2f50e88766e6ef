package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.adit.wire.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/// A client that says exactly what a test wants it to say.
final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    in = socket.getInputStream();
  }

  static RawClient connect(Endpoint server) throws IOException {
    return new RawClient(
        new Socket(InetAddress.getByAddress(server.address().bytes()), server.port()));
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /// Up to and including the empty line.
  String head() throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended after: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  String body(String head) throws IOException {
    String name = "content-length: ";
    int at = head.toLowerCase(java.util.Locale.ROOT).indexOf(name);
    int end = head.indexOf('\r', at);
    return text(Integer.parseInt(head.substring(at + name.length(), end)));
  }

  byte[] bytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("ended after " + bytes.length + " of " + count + " bytes");
    }
    return bytes;
  }

  String text(int count) throws IOException {
    return new String(bytes(count), ISO_8859_1);
  }

  /// Everything until the server ends the connection.
  byte[] rest() throws IOException {
    var rest = new ByteArrayOutputStream();
    in.transferTo(rest);
    return rest.toByteArray();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
