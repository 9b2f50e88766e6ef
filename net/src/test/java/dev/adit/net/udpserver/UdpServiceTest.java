package dev.adit.net.udpserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class UdpServiceTest {
  @Test
  void answersFromTheAddressThatWasAsked() throws IOException {
    var all =
        List.of(
            Endpoint.literal("127.0.0.1:0"),
            Endpoint.literal("127.0.0.2:0"),
            Endpoint.literal("[::1]:0"));
    try (var service = UdpService.start(all, UdpServiceTest::greet, Clock.SYSTEM)) {
      assertThat(service.listening()).hasSize(3);
      for (var endpoint : service.listening()) {
        try (var client = client(endpoint)) {
          String me = client.getLocalPort() + " at " + endpoint;
          assertThat(ask(client, "hello")).isEqualTo("hello " + me);
        }
      }
    }
  }

  @Test
  void listensOnEveryAddressOfTheMachine() throws IOException {
    int port = freePort();
    var all = List.of(Endpoint.literal("[::]:" + port));
    try (var service = UdpService.start(all, UdpServiceTest::greet, Clock.SYSTEM)) {
      assertThat(service.listening())
          .contains(Endpoint.literal("127.0.0.1:" + port), Endpoint.literal("[::1]:" + port))
          .noneMatch(endpoint -> endpoint.address().isUnspecified());
    }
  }

  @Test
  void staysSilentWhenThereIsNoAnswer() throws IOException {
    try (var service =
            UdpService.start(
                List.of(Endpoint.literal("127.0.0.1:0")), UdpServiceTest::greet, Clock.SYSTEM);
        var client = client(service.listening().getFirst())) {
      send(client, "quiet");
      assertThat(ask(client, "hello")).startsWith("hello");
    }
  }

  @Test
  void namesThePortThatIsInUse() throws IOException {
    try (var first =
        UdpService.start(
            List.of(Endpoint.literal("127.0.0.1:0")), UdpServiceTest::greet, Clock.SYSTEM)) {
      var taken = first.listening();
      assertThatThrownBy(() -> UdpService.start(taken, UdpServiceTest::greet, Clock.SYSTEM))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(taken.getFirst().toString())
          .hasMessageContaining("in use");
    }
  }

  @Test
  void freesItsPortsWhenItCloses() throws IOException {
    var first =
        UdpService.start(
            List.of(Endpoint.literal("127.0.0.1:0")), UdpServiceTest::greet, Clock.SYSTEM);
    var taken = first.listening();
    first.close();
    first.close();
    UdpService.start(taken, UdpServiceTest::greet, Clock.SYSTEM).close();
  }

  private static UdpService.@org.jspecify.annotations.Nullable Reply greet(
      byte[] datagram, int offset, int length, Endpoint from, Endpoint to, long now) {
    String text = new String(datagram, offset, length, UTF_8);
    return text.equals("quiet")
        ? null
        : new UdpService.Reply((text + " " + from.port() + " at " + to).getBytes(UTF_8), to, from);
  }

  private static int freePort() throws IOException {
    try (var socket = new DatagramSocket()) {
      return socket.getLocalPort();
    }
  }

  private static DatagramSocket client(Endpoint server) throws IOException {
    var client = new DatagramSocket();
    client.setSoTimeout(10_000);
    client.connect(
        new InetSocketAddress(InetAddress.getByAddress(server.address().bytes()), server.port()));
    return client;
  }

  private static void send(DatagramSocket client, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    client.send(new DatagramPacket(bytes, bytes.length));
  }

  /// A connected socket hears only what comes from the address it asked.
  private static String ask(DatagramSocket client, String text) throws IOException {
    send(client, text);
    var answer = new DatagramPacket(new byte[200], 200);
    client.receive(answer);
    return new String(answer.getData(), 0, answer.getLength(), UTF_8);
  }
}
