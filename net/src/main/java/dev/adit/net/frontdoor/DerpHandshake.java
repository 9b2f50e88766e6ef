package dev.adit.net.frontdoor;

import dev.adit.net.http.HttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The server's side of DERP's upgrade (derp §2.3, §2.5). Neither `Host`, `Origin`, method nor
/// version are looked at, as in the reference, except for a WebSocket.
final class DerpHandshake {
  private static final String FAST_START = "Derp-Fast-Start";
  private static final String IDEAL_NODE = "Ideal-Node";
  private static final String SUBPROTOCOL = "derp";

  private DerpHandshake() {}

  /// True if it asks for DERP inside a WebSocket; decided before anything else. `websocket` without
  /// such a subprotocol is how old clients ask for plain DERP.
  static boolean isWebSocket(HttpRequest request) {
    return upgrade(request).equals("websocket") && subprotocols(request).contains(SUBPROTOCOL);
  }

  private static String upgrade(HttpRequest request) {
    return request.headers().get(HttpHeaderNames.UPGRADE, "").toLowerCase(Locale.ROOT);
  }

  private static String subprotocols(HttpRequest request) {
    return String.join(",", request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL))
        .toLowerCase(Locale.ROOT);
  }

  /// Why the request is refused, or null if it is in order.
  static @Nullable HttpResponse refusal(HttpRequest request) {
    if (isWebSocket(request)) {
      return WebSocketHandshake.formRefusal(request, SUBPROTOCOL);
    }
    String upgrade = upgrade(request);
    return upgrade.equals("derp") || upgrade.equals("websocket")
        ? null
        : Answers.upgradeRequired("DERP", "DERP requires connection upgrade");
  }

  /// False if a WebSocket offers only other subprotocols whose name holds ours: it is accepted and
  /// closed.
  static boolean offersSubprotocol(HttpRequest request) {
    for (String offered : subprotocols(request).split(",", -1)) {
      if (offered.strip().equals(SUBPROTOCOL)) {
        return true;
      }
    }
    return false;
  }

  /// The answer's head to a WebSocket. Its server's key comes in the first frame only.
  static byte[] webSocketAcceptance(HttpRequest request) {
    return WebSocketHandshake.acceptance(request, offersSubprotocol(request) ? SUBPROTOCOL : null);
  }

  /// False for a client that names another node, whichever (derp §2.3.2).
  static boolean isIdeal(HttpRequest request) {
    return isWebSocket(request) || request.headers().get(IDEAL_NODE, "").isEmpty();
  }

  /// The answer's head; empty for a client that starts fast and expects none (derp §2.4).
  static byte[] acceptance(HttpRequest request, String serverKeyHex) {
    if ("1".equals(request.headers().get(FAST_START))) {
      return new byte[0];
    }
    String head =
        "HTTP/1.1 101 Switching Protocols\r\n"
            + "Upgrade: DERP\r\n"
            + "Connection: Upgrade\r\n"
            + "Derp-Version: 2\r\n"
            + "Derp-Public-Key: "
            + serverKeyHex
            + "\r\n\r\n";
    return head.getBytes(StandardCharsets.US_ASCII);
  }
}
