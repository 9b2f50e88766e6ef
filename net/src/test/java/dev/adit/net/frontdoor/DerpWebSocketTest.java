package dev.adit.net.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// DERP inside a WebSocket (derp §2.5), byte by byte.
class DerpWebSocketTest {
  private static final String OPENING =
      "GET /derp HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade"
          + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
          + "\r\nSec-WebSocket-Protocol: other, DERP\r\nOrigin: https://anywhere.example"
          + "\r\nDerp-Fast-Start: 1\r\nIdeal-Node: 1a\r\n";

  private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private FrontDoor door;

  @BeforeEach
  void opens() throws IOException {
    var config = FrontDoorConfig.of(List.of(Endpoint.literal("127.0.0.1:0")), null);
    var routes =
        new RequestRoutes()
            .derp(
                connection -> {
                  heard.add("ideal " + connection.isIdeal());
                  return new Echo(connection, heard);
                },
                "07".repeat(32));
    door = FrontDoor.start(config, routes);
  }

  @AfterEach
  void closes() {
    door.close();
  }

  @Test
  void acceptsAnyOriginAndSaysNothingOfDerp() throws Exception {
    try (var client = client()) {
      String head = client.send(OPENING + "\r\n").head();
      assertThat(head)
          .startsWith("HTTP/1.1 101 ")
          .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
          .contains("Sec-WebSocket-Protocol: derp\r\n")
          .doesNotContain("Derp-")
          .doesNotContain("Extensions");
      assertThat(client.bytes(9)).isEqualTo(hex("8207" + "77656c636f6d65"));
    }
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("ideal true");
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void refusesWhatIsNoWebSocket() throws IOException {
    assertThat(status(OPENING.replace("HTTP/1.1", "HTTP/1.0"))).isEqualTo("426");
    assertThat(status(OPENING.replace("Connection: keep-alive, Upgrade", "X: y"))).isEqualTo("426");
    assertThat(status(OPENING.replace("GET", "POST"))).isEqualTo("405");
    assertThat(status(OPENING.replace("Version: 13", "Version: 8"))).isEqualTo("400");
    assertThat(status(OPENING.replace("Sec-WebSocket-Key", "X"))).isEqualTo("400");
  }

  @Test
  void closesWhenTheSubprotocolOnlyResemblesOurs() throws IOException {
    try (var client = client()) {
      String head = client.send(OPENING.replace("DERP", "derper") + "\r\n").head();
      assertThat(head).startsWith("HTTP/1.1 101 ").doesNotContain("Sec-WebSocket-Protocol");
      assertThat(client.rest()).isEqualTo(hex("880203f0"));
    }
    assertThat(heard).isEmpty();
  }

  @Test
  void carriesBytesWhateverTheirMessages() throws IOException {
    try (var client = open()) {
      client.send(frame(0x02, "01", "0a0b0c0d")).send(frame(0x80, "02", "ffffffff"));
      client.send(frame(0x82, "", "00000000"));
      client.send(hex("8281" + "00000000")).send(hex("03"));
      assertThat(payload(client, 3)).isEqualTo(hex("010203"));
    }
  }

  @Test
  void takesAPacketOf64KiBInOneMessageAndSplitsItOnItsWayOut() throws IOException {
    byte[] packet = new byte[65_536 + 37];
    new Random(1).nextBytes(packet);
    try (var client = open()) {
      client.send(hex("82ff" + "%016x".formatted(packet.length) + "00000000")).send(packet);
      var got = new ByteArrayOutputStream();
      while (got.size() < packet.length) {
        byte[] message = message(client);
        assertThat(message.length).isLessThanOrEqualTo(32_768);
        got.writeBytes(message);
      }
      assertThat(got.toByteArray()).isEqualTo(packet);
    }
  }

  @Test
  void answersPingsBetweenFragments() throws IOException {
    try (var client = open()) {
      client.send(frame(0x02, "01", "00000000")).send(frame(0x89, "aabb", "01010101"));
      assertThat(client.bytes(3)).isEqualTo(hex("820101"));
      assertThat(client.bytes(4)).isEqualTo(hex("8a02aabb"));
      client.send(frame(0x8a, "", "00000000")).send(frame(0x80, "02", "00000000"));
      assertThat(client.bytes(3)).isEqualTo(hex("820102"));
    }
  }

  @Test
  void closesForWhatIsNotAllowed() throws IOException {
    assertThat(closed(frame(0x81, "6869", "00000000"))).isEqualTo(1003);
    assertThat(closed(hex("820101"))).isEqualTo(1002); // no mask
    assertThat(closed(frame(0xc2, "01", "00000000"))).isEqualTo(1002); // compressed
    assertThat(closed(frame(0x80, "01", "00000000"))).isEqualTo(1002); // continues nothing
    assertThat(closed(frame(0x83, "01", "00000000"))).isEqualTo(1002); // unknown kind
    assertThat(closed(frame(0x09, "01", "00000000"))).isEqualTo(1002); // a ping in parts
    assertThat(closed(hex("82ff" + "0000000000100001" + "00000000"))).isEqualTo(1009);
    assertThat(closed(hex("82ff" + "8000000000000000" + "00000000"))).isEqualTo(1009);
  }

  /// A refusal must not wait for what the peer began: TCP ends within two seconds.
  @Test
  void endsWithinABoundThoughTheMessageIsUnfinished() throws Exception {
    try (var client = open()) {
      client.send(hex("82ff" + "0000000004000000" + "00000000")).send(new byte[100_000]);
      assertThat(client.bytes(4)).isEqualTo(hex("880203f1"));
      assertThat(heard.poll(10, TimeUnit.SECONDS)).startsWith("ideal");
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("closed"); // though we hold it open
    }
  }

  @Test
  void answersACloseFrameAndEnds() throws Exception {
    try (var client = open()) {
      client.send(frame(0x88, "03e9", "00000000"));
      assertThat(client.rest()).isEqualTo(hex("880203e9"));
    }
    assertThat(heard.poll(10, TimeUnit.SECONDS)).startsWith("ideal");
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  private int closed(byte[] frame) throws IOException {
    try (var client = open()) {
      byte[] rest = client.send(frame).rest();
      assertThat(rest).hasSize(4).startsWith(0x88, 0x02);
      return (rest[2] & 0xff) << 8 | rest[3] & 0xff;
    }
  }

  private RawClient client() throws IOException {
    return RawClient.connect(door.listening().getFirst());
  }

  private RawClient open() throws IOException {
    var client = client();
    client.send(OPENING + "\r\n").head();
    assertThat(payload(client, 7)).isEqualTo(hex("77656c636f6d65"));
    return client;
  }

  private String status(String opening) throws IOException {
    try (var client = client()) {
      return client.send(opening + "\r\n").head().substring(9, 12);
    }
  }

  private static byte[] payload(RawClient client, int length) throws IOException {
    var got = new ByteArrayOutputStream();
    while (got.size() < length) {
      got.writeBytes(message(client));
    }
    return got.toByteArray();
  }

  private static byte[] message(RawClient client) throws IOException {
    byte[] head = client.bytes(2);
    assertThat(head[0]).isEqualTo((byte) 0x82);
    if (head[1] < 126) {
      return client.bytes(head[1]);
    }
    assertThat(head[1]).isEqualTo((byte) 126);
    byte[] length = client.bytes(2);
    return client.bytes((length[0] & 0xff) << 8 | length[1] & 0xff);
  }

  private static byte[] frame(int first, String payload, String mask) {
    byte[] bytes = hex(payload);
    byte[] key = hex(mask);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= key[i & 3];
    }
    String head = HexFormat.of().toHexDigits((byte) first);
    String size = HexFormat.of().toHexDigits((byte) (0x80 | bytes.length));
    return hex(head + size + mask + HexFormat.of().formatHex(bytes));
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
