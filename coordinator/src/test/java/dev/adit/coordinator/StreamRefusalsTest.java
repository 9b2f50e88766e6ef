package dev.adit.coordinator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.coordinator.stream.StreamGate;
import dev.adit.core.control.AgentSession;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.ControlMessage.Hello;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// C-7: strangers who do not speak the protocol at the coordinator's real door, each in their own
/// way. They are told by a code, and nothing of them is left: no connection, no place in the gate,
/// no stream.
@Timeout(60)
class StreamRefusalsTest {
  private static final String OPENING =
      "GET /adit/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade"
          + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  private static final String PROTOCOL = "Sec-WebSocket-Protocol: adit-control-v1\r\n";
  private static final int BINARY = 0x82;
  private static final int TEXT = 0x81;
  private static final int CLOSE = 0x88;

  @TempDir Path state;
  private final SecureRandom random = new SecureRandom();
  private final StreamGate gate = new StreamGate(new StandingClock());
  private TestCoordinator site;
  private FrontDoor door;

  @BeforeEach
  void opens() throws Exception {
    site = new TestCoordinator(state);
    var routes =
        new RequestRoutes()
            .message(
                Coordinator.STREAM_PATH,
                Coordinator.SUBPROTOCOL,
                site.coordinator.agentStream(),
                gate);
    var listen = List.of(Endpoint.literal("127.0.0.1:0"));
    door = FrontDoor.start(FrontDoorConfig.of(listen, null), routes);
  }

  @AfterEach
  void closes() throws Exception {
    door.close();
    site.close();
  }

  /// C-7: a byte too few and one too many, of nonsense and of what would be a good first message.
  @Test
  void aFirstMessageOfAnotherLengthIsClosedWith4001() throws Exception {
    for (int length : new int[] {95, 97}) {
      assertThat(closeCodeAfter(BINARY, new byte[length])).isEqualTo(4001);
      assertThat(closeCodeAfter(BINARY, Arrays.copyOf(firstMessage(), length))).isEqualTo(4001);
    }
    assertNothingLeft(4);
    assertThat(value("adit_coordinator_handshakes_failed_total", "handshake_refused")).isEqualTo(4);
  }

  /// C-7: also after a good first message, which alone proves nothing.
  @Test
  void aTextFrameIsClosedWith1003() throws Exception {
    assertThat(closeCodeAfter(TEXT, firstMessage())).isEqualTo(1003);
    try (var client = new Client()) {
      assertThat(client.opens(PROTOCOL)).isEqualTo("101");
      client.send(frame(BINARY, firstMessage()));
      assertThat(client.bytes(2 + 48)).startsWith(BINARY, 48);
      client.send(frame(TEXT, "{}".getBytes(ISO_8859_1)));
      assertThat(client.closeCode()).isEqualTo(1003);
    }
    assertNothingLeft(2);
  }

  /// C-7.
  @Test
  void anOriginIsForbiddenAndNoSubprotocolNeedsAnUpgrade() throws Exception {
    try (var client = new Client()) {
      assertThat(client.opens(PROTOCOL + "Origin: https://vpn.example.org\r\n")).isEqualTo("403");
    }
    try (var client = new Client()) {
      assertThat(client.opens("")).isEqualTo("426");
    }
    try (var client = new Client()) {
      assertThat(client.opens("Sec-WebSocket-Protocol: adit-control-v9\r\n")).isEqualTo("426");
    }
    assertNothingLeft(0);
  }

  /// @param entered how many of them the gate let in before it was known what they are
  private void assertNothingLeft(int entered) throws Exception {
    awaitZero("adit_http_connections");
    awaitZero("adit_coordinator_gate_in_flight");
    assertThat(value("adit_coordinator_gate_waiting")).isZero();
    assertThat(value("adit_coordinator_gate_entered_total")).isEqualTo(entered);
    assertThat(value("adit_coordinator_streams")).isZero();
    assertThat(value("adit_coordinator_streams_opened_total")).isZero();
    assertThat(site.json("GET", "/api/v1/nodes", "").objects("nodes", 10)).isEmpty();
  }

  /// A client may see the end before it is counted.
  private void awaitZero(String gauge) {
    while (value(gauge) > 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private double value(String name, String... labels) {
    var readings = new Readings();
    door.read(readings);
    if (name.startsWith("adit_coordinator_gate")) {
      gate.read(readings);
    } else {
      site.coordinator.read(readings);
    }
    return readings.value(name, labels);
  }

  private int closeCodeAfter(int opcode, byte[] message) throws IOException {
    try (var client = new Client()) {
      assertThat(client.opens(PROTOCOL)).isEqualTo("101");
      client.send(frame(opcode, message));
      return client.closeCode();
    }
  }

  /// As an agent of this coordinator begins.
  private byte[] firstMessage() throws Exception {
    var identity = TestCoordinator.identity(site.coordinator);
    var session =
        new AgentSession(
            PrivateKey.generate(random),
            identity.coordinator(),
            identity.channelKeys().getFirst(),
            new Hello(1, 1, List.of(), "test", Hello.AGENT, "a", List.of()),
            random,
            Clock.SYSTEM.nanos());
    if (session.poll() instanceof AgentSession.Output.Send(byte[] message)) {
      assertThat(message).hasSize(96);
      return message;
    }
    throw new AssertionError("no first message");
  }

  /// A frame of at most 125 bytes, masked with zeros.
  private static byte[] frame(int opcode, byte[] payload) {
    byte[] frame = new byte[6 + payload.length];
    frame[0] = (byte) opcode;
    frame[1] = (byte) (0x80 | payload.length);
    System.arraycopy(payload, 0, frame, 6, payload.length);
    return frame;
  }

  /// Says exactly what it is told to.
  private final class Client implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Client() throws IOException {
      Endpoint there = door.listening().getFirst();
      socket = new Socket(InetAddress.getByAddress(there.address().bytes()), there.port());
      socket.setSoTimeout(20_000);
      in = socket.getInputStream();
    }

    void send(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
    }

    /// Asks for a stream, with these header lines too.
    ///
    /// @return the status; the answer's head has been read
    String opens(String headers) throws IOException {
      send((OPENING + headers + "\r\n").getBytes(ISO_8859_1));
      var head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append(new String(bytes(1), ISO_8859_1));
      }
      return head.substring(9, 12);
    }

    byte[] bytes(int count) throws IOException {
      byte[] bytes = in.readNBytes(count);
      assertThat(bytes).as("until the end").hasSize(count);
      return bytes;
    }

    /// Answers the close frame that must come next; then the server ends the connection.
    int closeCode() throws IOException {
      byte[] head = bytes(2);
      assertThat(head).startsWith(CLOSE);
      byte[] reason = bytes(head[1]);
      send(frame(CLOSE, Arrays.copyOf(reason, 2)));
      assertThat(in.readAllBytes()).isEmpty();
      return (reason[0] & 0xff) << 8 | reason[1] & 0xff;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /// The gate frees a place by itself after a second; here that never passes.
  private static final class StandingClock implements Clock {
    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public Instant wall() {
      return Instant.EPOCH;
    }
  }
}
