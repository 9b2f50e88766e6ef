package dev.adit.net.frontdoor;

import dev.adit.crypto.Hash;
import dev.adit.net.http.HttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The server's side of a WebSocket's opening (RFC 6455 §4.2); extensions are not taken up.
/// Messages are for programs only, and a request with `Origin` comes from a browser; DERP is for
/// everybody.
final class WebSocketHandshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketHandshake() {}

  /// Why the request is refused, or null if it is in order.
  static @Nullable HttpResponse refusal(HttpRequest request, String subprotocol) {
    HttpHeaders headers = request.headers();
    HttpResponse refusal = formRefusal(request, subprotocol);
    if (refusal != null) {
      return refusal;
    }
    if (headers.contains(HttpHeaderNames.ORIGIN)) {
      return Answers.refusal(403, "not for browsers");
    }
    if (!headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subprotocol, false)) {
      return Answers.upgradeRequired("websocket", "subprotocol " + subprotocol + " is needed");
    }
    return null;
  }

  /// Why it is no WebSocket's opening, or null; origin and subprotocol are not looked at.
  static @Nullable HttpResponse formRefusal(HttpRequest request, String subprotocol) {
    HttpHeaders headers = request.headers();
    if (request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0
        || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        || !headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
      return Answers.upgradeRequired("websocket", "a WebSocket with " + subprotocol + " is needed");
    }
    if (!request.method().equals(HttpMethod.GET)) {
      return Answers.refusal(405, "a WebSocket begins with GET");
    }
    if (!"13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))
        || !isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
      return Answers.refusal(400, "WebSocket version 13 with a key of 16 bytes is needed");
    }
    return null;
  }

  private static boolean isKey(@Nullable String key) {
    try {
      return key != null && Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// The answer's head.
  ///
  /// @param subprotocol null to name none
  static byte[] acceptance(HttpRequest request, @Nullable String subprotocol) {
    String key = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    byte[] hash = Hash.sha1((key + GUID).getBytes(StandardCharsets.US_ASCII));
    String head =
        "HTTP/1.1 101 Switching Protocols\r\n"
            + "Upgrade: websocket\r\n"
            + "Connection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(hash)
            + (subprotocol == null ? "" : "\r\nSec-WebSocket-Protocol: " + subprotocol)
            + "\r\n\r\n";
    return head.getBytes(StandardCharsets.US_ASCII);
  }
}
