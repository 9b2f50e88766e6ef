package dev.adit.net.tls;

import dev.adit.net.http.HttpHead;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Asks a server to turn an HTTP/1.1 connection into something else: a WebSocket, or DERP.
public final class HttpUpgrade {
  private HttpUpgrade() {}

  /// Sends `GET target` with `Connection: Upgrade` and reads the answer's head. After status 101
  /// the connection's input begins with the new protocol's first byte.
  ///
  /// @param host for the `Host` header, with port if it is not the default
  /// @param headers `Upgrade` and whatever the protocol wants
  public static HttpHead request(
      Connection connection, String host, String target, Map<String, String> headers)
      throws IOException {
    connection.output().write(bytes(host, target, headers));
    HttpHead head = HttpHead.read(connection.input());
    if (head == null) {
      throw new EOFException("HTTP: the server ended the connection without an answer");
    }
    return head;
  }

  /// The request alone, for a client that does not wait for an answer (DERP's fast start).
  public static byte[] bytes(String host, String target, Map<String, String> headers) {
    return head("GET", host, target, headers, -1);
  }

  /// @param bodyLength −1 for an upgrade
  static byte[] head(
      String method, String host, String target, Map<String, String> headers, int bodyLength) {
    var head = new StringBuilder(256);
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: ").append(host);
    head.append("\r\nUser-Agent: adit\r\n");
    if (bodyLength < 0) {
      head.append("Connection: Upgrade\r\n");
    } else if (bodyLength > 0) {
      head.append("Content-Type: application/json\r\nContent-Length: ").append(bodyLength);
      head.append("\r\n");
    }
    for (Map.Entry<String, String> header : headers.entrySet()) {
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
