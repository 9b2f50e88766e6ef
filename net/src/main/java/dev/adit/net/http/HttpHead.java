package dev.adit.net.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The head of an HTTP/1.1 request or answer as blocking clients and local sockets read it: start
/// line and headers. Whatever follows stays in the stream.
///
/// @param headers names in lower case; of repeated ones the last
public record HttpHead(String startLine, Map<String, String> headers) {
  /// Longer heads are refused.
  public static final int MAX_BYTES = 16 * 1024;

  /// Reads up to the empty line; lines end in CR LF or LF.
  ///
  /// @param in should be buffered: it is read byte by byte
  /// @return null if the stream ended before the first byte
  /// @throws IOException also for a head that is too long or has a line without a colon
  public static @Nullable HttpHead read(InputStream in) throws IOException {
    var bytes = new byte[MAX_BYTES];
    int length = 0;
    int lineStart = 0;
    String startLine = null;
    var headers = new HashMap<String, String>();
    while (true) {
      int next = in.read();
      if (next < 0) {
        if (length == 0 && startLine == null) {
          return null;
        }
        throw new EOFException("HTTP: connection ended inside a head");
      }
      if (next != '\n') {
        if (length == MAX_BYTES) {
          throw new IOException("HTTP: head longer than " + MAX_BYTES + " bytes");
        }
        bytes[length++] = (byte) next;
        continue;
      }
      int end = length > lineStart && bytes[length - 1] == '\r' ? length - 1 : length;
      var line = new String(bytes, lineStart, end - lineStart, StandardCharsets.ISO_8859_1);
      lineStart = length;
      if (startLine == null) {
        startLine = line;
      } else if (line.isEmpty()) {
        return new HttpHead(startLine, headers);
      } else {
        addHeader(headers, line);
      }
    }
  }

  private static void addHeader(Map<String, String> headers, String line) throws IOException {
    int colon = line.indexOf(':');
    if (colon < 1) {
      throw new IOException("HTTP: header line without a name");
    }
    headers.put(
        line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
  }

  public @Nullable String header(String lowerCaseName) {
    return headers.get(lowerCaseName);
  }

  /// The status of an answer, such as 101.
  ///
  /// @throws IOException if the start line is no HTTP/1.x status line
  public int status() throws IOException {
    if (!startLine.startsWith("HTTP/1.")
        || startLine.length() < 12
        || startLine.charAt(8) != ' '
        || (startLine.length() > 12 && startLine.charAt(12) != ' ')) {
      throw new IOException("HTTP: the answer is no HTTP/1.1");
    }
    int status = 0;
    for (int i = 9; i < 12; i++) {
      char c = startLine.charAt(i);
      if (c < '0' || c > '9') {
        throw new IOException("HTTP: the answer's status is no number");
      }
      status = status * 10 + c - '0';
    }
    return status;
  }

  /// The body's length by `Content-Length`: 0 without one.
  ///
  /// @throws IOException if it is no number, or greater than `limit`
  public int contentLength(int limit) throws IOException {
    String text = headers.get("content-length");
    if (text == null) {
      return 0;
    }
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        throw new IOException("HTTP: Content-Length is no number");
      }
      length = length * 10 + c - '0';
      if (length > limit) {
        throw new BodyTooLong(limit);
      }
    }
    return (int) length;
  }

  /// True if the connection may carry another exchange after this one.
  public boolean keepsAlive() {
    String connection = headers.get("connection");
    return !startLine.contains("HTTP/1.0")
        && (connection == null || !connection.toLowerCase(Locale.ROOT).contains("close"));
  }

  /// The body is longer than the reader allows.
  public static final class BodyTooLong extends IOException {
    private static final long serialVersionUID = 1L;

    public BodyTooLong(int limit) {
      super("HTTP: body longer than " + limit + " bytes");
    }
  }
}
