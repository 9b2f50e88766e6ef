package dev.adit.net.local;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpHead;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.http.RequestTarget;
import dev.adit.wire.MalformedException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// One connection to a local socket: reads requests, asks the handler, writes answers. Confined to
/// its virtual thread.
final class LocalConnection {
  private final Closeable channel;
  private final HttpRequest.LocalUser user;
  private final HttpHandler handler;
  private final LocalLimits limits;
  private final InputStream in;
  private final OutputStream out;

  LocalConnection(
      SocketChannel channel, HttpRequest.LocalUser user, HttpHandler handler, LocalLimits limits) {
    this(
        Channels.newInputStream(channel),
        Channels.newOutputStream(channel),
        channel,
        user,
        handler,
        limits);
  }

  /// @param channel what to close when something takes too long
  LocalConnection(
      InputStream in,
      OutputStream out,
      Closeable channel,
      HttpRequest.LocalUser user,
      HttpHandler handler,
      LocalLimits limits) {
    this.in = new BufferedInputStream(in);
    this.out = out;
    this.channel = channel;
    this.user = user;
    this.handler = handler;
    this.limits = limits;
  }

  /// Until the peer ends it, asks for an end, breaks the protocol or takes too long.
  void serve(boolean admitted) throws IOException {
    boolean more = true;
    while (more) {
      HttpHead head;
      HttpRequest request = null;
      HttpResponse refusal;
      try (var _ = new Deadline(limits.readTimeout(), channel)) {
        head = HttpHead.read(in);
        if (head == null) {
          return;
        }
        refusal =
            admitted ? refusal(head) : HttpResponse.text(503, "too many connections; try again");
        if (refusal == null) {
          request = read(head);
        }
      } catch (HttpHead.BodyTooLong e) {
        answer(
            HttpResponse.text(413, "the body is longer than " + limits.maxBody() + " bytes"),
            false);
        return;
      }
      more = request != null && head.keepsAlive();
      answer(request != null ? handle(request) : orBadRequest(refusal), more);
    }
  }

  private static HttpResponse orBadRequest(@Nullable HttpResponse refusal) {
    return refusal != null ? refusal : HttpResponse.text(400, "not an HTTP/1.1 request");
  }

  /// `Host` and `Origin` keep web pages out: a browser that was led here by a foreign name cannot
  /// set the one, and sends the other.
  private static @Nullable HttpResponse refusal(HttpHead head) {
    String host = head.header("host");
    if (host == null || !host.toLowerCase(Locale.ROOT).equals("adit.local")) {
      return HttpResponse.text(421, "Host must be adit.local");
    }
    if (head.header("origin") != null) {
      return HttpResponse.text(403, "requests of web pages are refused");
    }
    if (head.header("transfer-encoding") != null) {
      return HttpResponse.text(411, "the body needs a Content-Length");
    }
    return null;
  }

  /// Null if the start line or the path is malformed.
  private @Nullable HttpRequest read(HttpHead head) throws IOException {
    String line = head.startLine();
    int first = line.indexOf(' ');
    int last = line.lastIndexOf(' ');
    if (first < 1 || last == first || !line.startsWith("HTTP/1.", last + 1)) {
      return null;
    }
    RequestTarget target;
    try {
      target = RequestTarget.parse(line.substring(first + 1, last));
    } catch (MalformedException e) {
      return null;
    }
    int length = head.contentLength(limits.maxBody());
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("connection ended inside a body");
    }
    return new HttpRequest(
        line.substring(0, first), target.path(), target.query(), head.headers(), body, null, user);
  }

  private HttpResponse handle(HttpRequest request) {
    try {
      return handler.handle(request);
    } catch (RuntimeException | Error e) {
      LoggerFactory.getLogger(LocalServer.class)
          .error("{} {} failed", request.method(), request.path(), e);
      return HttpResponse.text(500, "internal error; the program's log says more");
    }
  }

  private void answer(HttpResponse response, boolean more) throws IOException {
    byte[] body = response.body();
    var head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(response.status()).append(' ');
    head.append(reason(response.status())).append("\r\n");
    for (Map.Entry<String, String> header : response.headers().entrySet()) {
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    head.append("Content-Length: ").append(body.length).append("\r\n");
    head.append(more ? "\r\n" : "Connection: close\r\n\r\n");
    byte[] headBytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[headBytes.length + body.length];
    System.arraycopy(headBytes, 0, all, 0, headBytes.length);
    System.arraycopy(body, 0, all, headBytes.length, body.length);
    try (var _ = new Deadline(limits.readTimeout(), channel)) {
      out.write(all);
    }
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 201 -> "Created";
      case 204 -> "No Content";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 409 -> "Conflict";
      case 413 -> "Content Too Large";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> "Status";
    };
  }
}
