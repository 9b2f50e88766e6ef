package dev.adit.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On which UDP ports a relay answers (nat-traversal R-STUN-10). Port 443 needs a right that
/// whoever runs the test may not have, so port 40000 stands for both.
class RelayStunPortsTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;

  @Test
  void answersOnMorePortsWhereTheyAreFree() throws IOException {
    try (Relay relay = relay("127.0.53.1:3478")) {
      for (Endpoint endpoint : relay.stunEndpoints()) {
        assertThat(answers(endpoint)).as(endpoint.toString()).isTrue();
      }
      assertThat(relay.stunEndpoints())
          .contains(Endpoint.literal("127.0.53.1:3478"), Endpoint.literal("127.0.53.1:40000"));
      assertThat(relay.description().udp()).as("what is promised").containsExactly(3478);
    }
  }

  @Test
  void leavesAPortToTheProgramThatHasIt() throws IOException {
    try (var _ = taken("127.0.53.2:40000");
        Relay relay = relay("127.0.53.2:3478")) {
      assertThat(answers(Endpoint.literal("127.0.53.2:3478"))).isTrue();
      assertThat(relay.stunEndpoints()).noneMatch(endpoint -> endpoint.port() == 40_000);
    }
  }

  @Test
  void doesNotStartWithoutThePortItPromises() throws IOException {
    try (var _ = taken("127.0.53.3:3478")) {
      assertThatThrownBy(() -> relay("127.0.53.3:3478").close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.53.3:3478: the port is in use by another program");
    }
  }

  @Test
  void answersOnNoOtherPortThanOneThatWasChosen() throws IOException {
    try (Relay relay = relay("127.0.53.4:34780")) {
      assertThat(relay.stunEndpoints()).containsExactly(Endpoint.literal("127.0.53.4:34780"));
    }
  }

  @Test
  void answersFromItsSecondAddressWhoAsksForThat() throws IOException {
    try (Relay relay = relay("127.0.53.5:3478", "127.0.53.6:3479");
        var socket = new DatagramSocket(address(Endpoint.literal("127.0.0.1:0")))) {
      assertThat(relay.description().udp()).as("what is promised").containsExactly(3478);
      assertThat(changed(socket, true, true)).isEqualTo("127.0.53.6:3479");
      assertThat(changed(socket, true, false)).isEqualTo("127.0.53.6:3478");
      assertThat(changed(socket, false, true)).isEqualTo("127.0.53.5:3479");
    }
  }

  @Test
  void promisesASecondPortThatComesWithoutASecondAddress() throws IOException {
    try (Relay relay = relay("127.0.53.5:3478", "0.0.0.0:3479");
        var socket = new DatagramSocket(address(Endpoint.literal("127.0.0.1:0")))) {
      assertThat(relay.description().udp()).containsExactly(3478, 3479);
      assertThat(changed(socket, false, true)).isEqualTo("127.0.53.5:3479");
    }
  }

  /// From where the answer to a request at 127.0.53.5:3478 comes.
  private static String changed(DatagramSocket socket, boolean address, boolean port)
      throws IOException {
    var id = TransactionId.random(RANDOM);
    byte[] request =
        StunMessage.request(id, new StunAttribute.ChangeRequest(address, port)).encode();
    socket.setSoTimeout(10_000);
    socket.send(
        new DatagramPacket(request, request.length, address(Endpoint.literal("127.0.53.5:3478"))));
    var answer = new DatagramPacket(new byte[500], 500);
    socket.receive(answer);
    return answer.getAddress().getHostAddress() + ":" + answer.getPort();
  }

  private Relay relay(String stun, String... other) throws IOException {
    var config = RelayConfig.of(folder, "r1", List.of(IpAddress.literal("127.0.0.1")));
    return Relay.open(
        new RelayConfig(
            folder,
            config.name(),
            config.region(),
            config.regionId(),
            config.hosts(),
            config.addresses(),
            config.tcp(),
            config.certPins(),
            List.of(Endpoint.literal(stun)),
            Stream.of(other).map(Endpoint::literal).toList()),
        new OpenAdmission(),
        Clock.SYSTEM,
        RANDOM);
  }

  private static DatagramSocket taken(String endpoint) throws IOException {
    return new DatagramSocket(address(Endpoint.literal(endpoint)));
  }

  private static boolean answers(Endpoint server) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(10_000);
      socket.connect(address(server)); // hears only what comes from there
      byte[] request = StunMessage.request(TransactionId.random(RANDOM)).encode();
      socket.send(new DatagramPacket(request, request.length));
      var answer = new DatagramPacket(new byte[500], 500);
      socket.receive(answer);
      return StunMessage.matches(answer.getData(), 0, answer.getLength());
    }
  }

  private static InetSocketAddress address(Endpoint endpoint) throws IOException {
    return new InetSocketAddress(
        InetAddress.getByAddress(endpoint.address().bytes()), endpoint.port());
  }
}
