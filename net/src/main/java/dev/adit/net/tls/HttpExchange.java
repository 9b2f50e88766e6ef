package dev.adit.net.tls;

import dev.adit.net.http.HttpHead;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Plain HTTP/1.1 requests on a [Connection]; it stays usable for the next one, or for an upgrade,
/// while the server keeps it alive.
public final class HttpExchange {
  private HttpExchange() {}

  /// @param headers names in lower case; of repeated ones the last
  /// @param keptAlive whether the connection may carry another request
  public record Answer(int status, Map<String, String> headers, byte[] body, boolean keptAlive) {
    /// The body as UTF-8.
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /// `GET`s `target`.
  ///
  /// @param host for the `Host` header, with port if it is not the default
  /// @param limit the longest body taken, in bytes
  public static Answer get(Connection connection, String host, String target, int limit)
      throws IOException {
    return request(connection, "GET", host, target, Map.of(), new byte[0], limit);
  }

  /// Sends a request and reads the whole answer.
  ///
  /// @param headers more of them, such as `Authorization`
  /// @param body empty for none; otherwise JSON
  /// @throws HttpHead.BodyTooLong if the answer's body is longer than `limit` bytes
  public static Answer request(
      Connection connection,
      String method,
      String host,
      String target,
      Map<String, String> headers,
      byte[] body,
      int limit)
      throws IOException {
    byte[] head = HttpUpgrade.head(method, host, target, headers, body.length);
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    connection.output().write(all);
    return read(connection.input(), limit);
  }

  static Answer read(InputStream in, int limit) throws IOException {
    HttpHead head = HttpHead.read(in);
    if (head == null) {
      throw new EOFException("HTTP: the server ended the connection without an answer");
    }
    int status = head.status();
    String coding = head.header("transfer-encoding");
    boolean hasLength = head.header("content-length") != null;
    byte[] body;
    boolean keptAlive = head.keepsAlive();
    if (status == 204 || status == 304) {
      body = new byte[0];
    } else if (coding != null) {
      body = readChunks(in, limit);
    } else if (hasLength) {
      body = readExactly(in, head.contentLength(limit));
    } else {
      body = in.readNBytes(limit + 1);
      keptAlive = false;
      if (body.length > limit) {
        throw new HttpHead.BodyTooLong(limit);
      }
    }
    return new Answer(status, head.headers(), body, keptAlive);
  }

  private static byte[] readExactly(InputStream in, int length) throws IOException {
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("HTTP: the server ended the connection inside a body");
    }
    return body;
  }

  /// RFC 9112 §7.1; extensions and trailers are skipped.
  private static byte[] readChunks(InputStream in, int limit) throws IOException {
    var body = new ByteArrayOutputStream();
    while (true) {
      String line = readLine(in);
      int semicolon = line.indexOf(';');
      String digits = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
      int length;
      try {
        length = Integer.parseUnsignedInt(digits, 16);
      } catch (NumberFormatException e) {
        throw new IOException("HTTP: chunk length is no number");
      }
      if (length < 0 || length > limit - body.size()) {
        throw new HttpHead.BodyTooLong(limit);
      }
      if (length == 0) {
        break;
      }
      body.writeBytes(readExactly(in, length));
      if (!readLine(in).isEmpty()) {
        throw new IOException("HTTP: chunk longer than it said");
      }
    }
    for (int lines = 0; !readLine(in).isEmpty(); lines++) {
      if (lines > 100) {
        throw new IOException("HTTP: too many trailers");
      }
    }
    return body.toByteArray();
  }

  private static String readLine(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("HTTP: the server ended the connection inside a body");
      }
      if (line.length() > 1024) {
        throw new IOException("HTTP: line longer than 1024 bytes");
      }
      line.append((char) next);
    }
    if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
      line.setLength(line.length() - 1);
    }
    return line.toString();
  }
}
