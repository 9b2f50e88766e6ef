package dev.adit.net.local;

import dev.adit.net.http.HttpHead;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Asks a program on this machine over its Unix socket. One connection per request. Thread-safe.
public final class LocalClient {
  /// Longer answers are refused.
  public static final int MAX_BODY = 64 * 1024 * 1024;

  private static final String OUR_HOST = "adit.local";

  private LocalClient() {}

  /// @param headers names in lower case
  public record Answer(int status, Map<String, String> headers, byte[] body) {
    /// The body as UTF-8.
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /// As the longer [#request], within 30 s.
  public static Answer request(Path socket, String method, String target, byte[] body)
      throws IOException {
    return request(socket, method, target, body, Duration.ofSeconds(30));
  }

  /// Sends one request and reads the whole answer. For a long poll take a `timeout` longer than the
  /// server's wait.
  ///
  /// @param target path and query, percent-encoded
  /// @param body empty for none; otherwise JSON
  /// @param timeout for everything; the machine may be slow, but never for ever
  /// @throws SocketTimeoutException if it took longer
  /// @throws java.net.ConnectException if no program serves `socket`
  /// @throws IOException also if there is no such socket
  public static Answer request(
      Path socket, String method, String target, byte[] body, Duration timeout) throws IOException {
    return request(socket, OUR_HOST, method, target, body, timeout);
  }

  /// As the shorter one, for programs other than ours.
  ///
  /// @param host for the `Host` header: how the program there calls itself
  public static Answer request(
      Path socket, String host, String method, String target, byte[] body, Duration timeout)
      throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        var deadline = new Deadline(timeout, channel)) {
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        Channels.newOutputStream(channel).write(encode(host, method, target, body));
        return readAnswer(new BufferedInputStream(Channels.newInputStream(channel)));
      } catch (IOException e) {
        if (deadline.passed()) {
          throw new SocketTimeoutException(
              socket + ": no answer within " + timeout.toMillis() + " ms");
        }
        throw e;
      }
    }
  }

  private static byte[] encode(String host, String method, String target, byte[] body) {
    var head = new StringBuilder(128);
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(host).append("\r\nConnection: close\r\n");
    if (body.length > 0) {
      head.append("Content-Type: application/json\r\nContent-Length: ").append(body.length);
      head.append("\r\n");
    }
    byte[] headBytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[headBytes.length + body.length];
    System.arraycopy(headBytes, 0, all, 0, headBytes.length);
    System.arraycopy(body, 0, all, headBytes.length, body.length);
    return all;
  }

  static Answer readAnswer(InputStream in) throws IOException {
    HttpHead head = HttpHead.read(in);
    if (head == null) {
      throw new EOFException("the program ended the connection without an answer");
    }
    int length = head.contentLength(MAX_BODY);
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the program ended the connection inside its answer");
    }
    return new Answer(head.status(), head.headers(), body);
  }
}
