package dev.adit.net.frontdoor;

import dev.adit.net.http.HttpResponse;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The server's side of DERP's upgrade (derp §2.3).
final class DerpHandshake {
  private static final String FAST_START = "Derp-Fast-Start";
  private static final String IDEAL_NODE = "Ideal-Node";

  private DerpHandshake() {}

  /// Why the request is refused, or null if it is in order. Neither method nor other headers are
  /// looked at, as in the reference. `websocket` without subprotocol is how old clients ask for
  /// plain DERP.
  static @Nullable HttpResponse refusal(HttpRequest request, Channel channel) {
    var headers = request.headers();
    String upgrade = headers.get(HttpHeaderNames.UPGRADE, "").toLowerCase(Locale.ROOT);
    String subprotocol = headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "");
    boolean isWebSocket = upgrade.equals("websocket");
    if (!upgrade.equals("derp") && !isWebSocket) {
      return Answers.upgradeRequired("DERP", "DERP requires connection upgrade");
    }
    if (isWebSocket && subprotocol.toLowerCase(Locale.ROOT).contains("derp")) {
      return Answers.upgradeRequired("DERP", "DERP inside WebSocket is not offered here");
    }
    if (!RemoteEnd.isTls13(channel)) {
      return Answers.refusal(403, "DERP requires TLS 1.3");
    }
    return null;
  }

  /// False for a client that names another node, whichever (derp §2.3.2).
  static boolean isIdeal(HttpRequest request) {
    return request.headers().get(IDEAL_NODE, "").isEmpty();
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
