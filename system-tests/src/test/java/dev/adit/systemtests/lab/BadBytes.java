package dev.adit.systemtests.lab;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// What a server does not allow, row by row of `docs/errors.md`.
final class BadBytes {
  private static final String GET = "GET /adit/identity HTTP/1.1";
  private static final String HOST = "Host: localhost";
  private static final int CLIENT_INFO = 2;
  private static final int SEND_PACKET = 4;
  private static final String TLS_13 = "TLSv1.3";

  private BadBytes() {}

  /// @param situation the row's first column
  /// @param protocol the version of TLS
  record Case(String situation, String protocol, Saying saying) {}

  /// Says it, and answers what came back, in the words of the table.
  @FunctionalInterface
  interface Saying {
    String say(BadPeer peer) throws IOException;
  }

  private static Case when(String situation, Saying saying) {
    return new Case(situation, TLS_13, saying);
  }

  static final List<Case> ALL =
      List.of(
          when("bytes that are no HTTP request", peer -> peer.http("\0\1\2\3", "\4\5")),
          when(
              "HTTP request line over 8 KiB",
              peer -> peer.http("GET /" + "a".repeat(8_192) + " HTTP/1.1", HOST)),
          when(
              "HTTP header over 16 KiB",
              peer -> peer.http(GET, HOST, "X-Long: " + "a".repeat(16_384))),
          when(
              "HTTP body longer than the resource takes",
              peer -> peer.http("POST /api/v1/keys HTTP/1.1", HOST, "Content-Length: 99999999")),
          when("HTTP path that is not there", peer -> peer.http("GET /no HTTP/1.1", HOST)),
          when("agent stream without subprotocol", peer -> stream(peer, "X-Nothing: here")),
          when(
              "agent stream from a browser",
              peer ->
                  stream(
                      peer,
                      "Sec-WebSocket-Protocol: adit-control-v1",
                      "Origin: https://example.com")),
          when("agent stream: text message", peer -> peer.stream().frame(true, true, new byte[20])),
          when(
              "agent stream: message over 65,535 bytes",
              peer -> peer.stream().frame(false, true, new byte[65_536])),
          when(
              "agent stream: frame without mask",
              peer -> peer.stream().frame(false, false, new byte[96])),
          when(
              "agent stream: handshake that is none",
              peer -> peer.stream().frame(false, true, new byte[96])),
          when("DERP without upgrade", peer -> peer.http("GET /derp HTTP/1.1", HOST)),
          when(
              "DERP: first frame is not ClientInfo",
              peer -> peer.derp().derpFrame(SEND_PACKET, 100, new byte[100])),
          when(
              "DERP: ClientInfo too long",
              peer -> peer.derp().derpFrame(CLIENT_INFO, 262_145, new byte[100])),
          when(
              "DERP: ClientInfo too short",
              peer -> peer.derp().derpFrame(CLIENT_INFO, 8, new byte[8])),
          when(
              "DERP: ClientInfo that does not open",
              peer -> peer.derp().derpFrame(CLIENT_INFO, 200, garbage())));

  private static String stream(BadPeer peer, String... more) throws IOException {
    String[] lines = {
      "GET /adit/stream HTTP/1.1",
      HOST,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    };
    String[] all = Arrays.copyOf(lines, lines.length + more.length);
    System.arraycopy(more, 0, all, lines.length, more.length);
    return peer.http(all);
  }

  private static byte[] garbage() {
    byte[] bytes = new byte[200];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (9 + 7 * i);
    }
    return bytes;
  }
}
