package dev.adit.net.tls;

import dev.adit.wire.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Asks a SOCKS5 proxy for a tunnel (RFC 1928), with name and password if there are any (RFC 1929).
/// Names are left to the proxy to resolve: it may know more of them than we do.
final class Socks5 {
  private static final int VERSION = 5;
  private static final int NO_PASSWORD = 0;
  private static final int PASSWORD = 2;
  private static final int CONNECT = 1;
  private static final int IPV4 = 1;
  private static final int NAME = 3;
  private static final int IPV6 = 4;

  private Socks5() {}

  /// @param socket connected to the proxy; unbuffered, as what follows belongs to TLS
  /// @param user `name:password`, or null
  static void open(Socket socket, String host, int port, @Nullable String user) throws IOException {
    InputStream in = socket.getInputStream();
    int method = user == null ? NO_PASSWORD : PASSWORD;
    socket.getOutputStream().write(new byte[] {VERSION, 1, (byte) method});
    byte[] choice = read(in, 2);
    if (choice[0] != VERSION || choice[1] != method) {
      throw new IOException("SOCKS proxy: it wants another kind of log-in");
    }
    if (user != null) {
      socket.getOutputStream().write(logIn(user));
      if (read(in, 2)[1] != 0) {
        throw new IOException("SOCKS proxy: it refused name or password");
      }
    }
    socket.getOutputStream().write(request(host, port));
    byte[] answer = read(in, 4);
    if (answer[0] != VERSION || answer[1] != 0) {
      throw new IOException("SOCKS proxy: it refused the connection, code " + (answer[1] & 0xff));
    }
    int address =
        switch (answer[3]) {
          case IPV4 -> 4;
          case IPV6 -> 16;
          case NAME -> read(in, 1)[0] & 0xff;
          default -> throw new IOException("SOCKS proxy: its answer is no SOCKS5");
        };
    read(in, address + 2);
  }

  private static byte[] logIn(String user) throws IOException {
    int colon = user.indexOf(':');
    var bytes = new ByteArrayOutputStream();
    bytes.write(1);
    text(bytes, colon < 0 ? user : user.substring(0, colon));
    text(bytes, colon < 0 ? "" : user.substring(colon + 1));
    return bytes.toByteArray();
  }

  private static byte[] request(String host, int port) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write(VERSION);
    bytes.write(CONNECT);
    bytes.write(0);
    IpAddress literal = HostAddresses.literal(host);
    if (literal == null) {
      bytes.write(NAME);
      text(bytes, host);
    } else {
      bytes.write(literal.isV6() ? IPV6 : IPV4);
      bytes.writeBytes(literal.bytes());
    }
    bytes.write(port >> 8);
    bytes.write(port);
    return bytes.toByteArray();
  }

  private static void text(ByteArrayOutputStream bytes, String text) throws IOException {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    if (encoded.length > 255) {
      throw new IOException("SOCKS proxy: a name of " + encoded.length + " bytes, allowed 255");
    }
    bytes.write(encoded.length);
    bytes.writeBytes(encoded);
  }

  private static byte[] read(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("SOCKS proxy: it ended the connection");
    }
    return bytes;
  }
}
