package dev.adit.net.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SystemDnsTest {
  @Test
  void knowsTheAddressesOfThisMachine() throws IOException {
    assertThat(DnsLookup.SYSTEM.addresses("localhost"))
        .allMatch(IpAddress::isLoopback)
        .isNotEmpty();
    assertThatThrownBy(() -> DnsLookup.SYSTEM.addresses("no-such-name.invalid"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void readsTexts() throws Exception {
    try (var server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      var answering = Thread.ofVirtual().start(() -> answerOnce(server, "35"));
      var lookup = new SystemDns("dns://127.0.0.1:" + server.getLocalPort());
      assertThat(lookup.texts("rollout.example.com")).containsExactly("35");
      answering.join();
    }
  }

  /// One TXT record to whatever is asked (RFC 1035 §4.1).
  private static void answerOnce(DatagramSocket server, String text) {
    try {
      var packet = new DatagramPacket(new byte[512], 512);
      server.receive(packet);
      byte[] query = Arrays.copyOf(packet.getData(), packet.getLength());
      var answer = new ByteArrayOutputStream();
      answer.write(query, 0, 2);
      answer.writeBytes(new byte[] {(byte) 0x81, (byte) 0x80, 0, 1, 0, 1, 0, 0, 0, 0});
      answer.write(query, 12, query.length - 12);
      answer.writeBytes(
          new byte[] {(byte) 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, (byte) (text.length() + 1)});
      answer.write(text.length());
      answer.writeBytes(text.getBytes(US_ASCII));
      byte[] bytes = answer.toByteArray();
      server.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
