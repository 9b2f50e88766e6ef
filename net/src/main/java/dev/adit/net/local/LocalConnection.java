package dev.adit.net.local;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpHead;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.http.RequestTarget;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Counts;
import dev.adit.wire.Endpoint;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// One connection to a local socket, or to the port for monitoring: reads requests, asks the
/// handler, writes answers. Confined to its virtual thread.
final class LocalConnection {
  private final Closeable channel;
  private final Guard guard;
  private final @Nullable Endpoint peer;
  private final HttpRequest.@Nullable LocalUser user;
  private final HttpHandler handler;
  private final LocalLimits limits;
  private final InputStream in;
  private final OutputStream out;

  /// @param peer null on a Unix socket
  /// @param user null over TCP
  LocalConnection(
      SocketChannel channel,
      Guard guard,
      @Nullable Endpoint peer,
      HttpRequest.@Nullable LocalUser user,
      HttpHandler handler,
      LocalLimits limits) {
    this(
        Channels.newInputStream(channel),
        Channels.newOutputStream(channel),
        channel,
        guard,
        peer,
        user,
        handler,
        limits);
  }

  /// @param channel what to close when something takes too long
  LocalConnection(
      InputStream in,
      OutputStream out,
      Closeable channel,
      Guard guard,
      @Nullable Endpoint peer,
      HttpRequest.@Nullable LocalUser user,
      HttpHandler handler,
      LocalLimits limits) {
    this.in = new BufferedInputStream(in);
    this.out = out;
    this.channel = channel;
    this.guard = guard;
    this.peer = peer;
    this.user = user;
    this.handler = handler;
    this.limits = limits;
  }

  /// Until the peer ends it, asks for an end, breaks the protocol or takes too long.
  void serve(boolean admitted, Counts<LocalRefusal> refusals) throws IOException {
    boolean more = true;
    while (more) {
      HttpHead head;
      HttpRequest request = null;
      LocalRefusal refusal;
      try (var _ = new Deadline(limits.readTimeout(), channel)) {
        head = HttpHead.read(in);
        if (head == null) {
          return;
        }
        refusal = admitted ? refusal(head) : LocalRefusal.TOO_MANY;
        if (refusal == null) {
          request = read(head);
        }
      } catch (HttpHead.BodyTooLong e) {
        refusals.count(LocalRefusal.BODY);
        answer(
            HttpResponse.text(413, "the body is longer than " + limits.maxBody() + " bytes"),
            false);
        return;
      }
      if (request != null) {
        more = head.keepsAlive();
        answer(handle(request), more);
      } else {
        LocalRefusal why = refusal == null ? LocalRefusal.MALFORMED : refusal;
        refusals.count(why);
        more = false;
        answer(refused(why), false);
      }
    }
  }

  private @Nullable LocalRefusal refusal(HttpHead head) {
    LocalRefusal refusal = guard.refusal(head);
    boolean inPieces = refusal == null && head.header("transfer-encoding") != null;
    return inPieces ? LocalRefusal.BODY : refusal;
  }

  private HttpResponse refused(LocalRefusal why) {
    return switch (why) {
      case TOO_MANY -> HttpResponse.text(503, "too many connections; try again");
      case HOST -> HttpResponse.text(421, guard.expectedHost());
      case ORIGIN -> HttpResponse.text(403, "requests of web pages are refused");
      case BODY -> HttpResponse.text(411, "the body needs a Content-Length");
      case MALFORMED -> HttpResponse.text(400, "not an HTTP/1.1 request");
    };
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
        line.substring(0, first), target.path(), target.query(), head.headers(), body, peer, user);
  }

  private HttpResponse handle(HttpRequest request) {
    try {
      return handler.handle(request);
    } catch (RuntimeException | Error e) {
      LogLine.error(LoggerFactory.getLogger(LocalServer.class), "request_failed")
          .addKeyValue("method", request.method())
          .addKeyValue("path", request.path())
          .setCause(e)
          .log("a request failed by a mistake of this program");
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
