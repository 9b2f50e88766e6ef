package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// Against the kernel, each in a namespace of its own.
@NeedsRoot
class SourceFilterTest {
  private static final String DATA = "04000000 01020304 00000000";
  private static final String PROBE = "ad170000 01020304 00000000";
  private static final String STUN = "01010000 2112a442 00000000";
  private static final String NO_WIREGUARD = "05000000 01020304 00000000";

  @Test
  void dropsOnlyWireGuardMessagesOfTheSource() throws Exception {
    for (String host : new String[] {"127.0.0.1", "::1"}) {
      Namespace.run(() -> {
        try (var port = new Port(host);
            var pinned = new Port(host);
            var other = new Port(host);
            var filter = new SourceFilter("adit9", port.number())) {
          assertThat(filter.dropped()).isEmpty();
          filter.drop(pinned.endpoint());
          for (int type = 1; type <= 4; type++) {
            assertThat(pinned.reaches(port, "0" + type + DATA.substring(2))).isFalse();
          }
          assertThat(pinned.reaches(port, PROBE)).isTrue();
          assertThat(pinned.reaches(port, STUN)).isTrue();
          assertThat(pinned.reaches(port, NO_WIREGUARD)).isTrue();
          assertThat(pinned.reaches(other, DATA)).as("to another port").isTrue();
          assertThat(other.reaches(port, DATA)).as("from another port").isTrue();
          assertThat(filter.dropped()).containsExactly(java.util.Map.entry(pinned.endpoint(), 4L));

          filter.drop(pinned.endpoint());
          assertThat(pinned.reaches(port, DATA)).as("its time begins anew").isFalse();
          assertThat(filter.dropped()).containsEntry(pinned.endpoint(), 1L);

          filter.pass(pinned.endpoint());
          filter.pass(pinned.endpoint());
          assertThat(pinned.reaches(port, DATA)).isTrue();
          assertThat(filter.dropped()).isEmpty();
        }
      });
    }
  }

  @Test
  void theKernelForgetsByItself() throws Exception {
    Namespace.run(() -> {
      var source = Endpoint.literal("192.0.2.1:4000");
      try (var filter = new SourceFilter("adit9", 51820)) {
        filter.drop(source);
        long end = System.nanoTime() + 15_000_000_000L;
        while (filter.dropped().containsKey(source) && System.nanoTime() < end) {
          Thread.onSpinWait();
        }
        assertThat(filter.dropped()).isEmpty();
        filter.drop(source);
        assertThat(filter.dropped()).containsKey(source);
      }
    });
  }

  /// A program that was killed leaves its table behind; a firewall that is loaded anew removes it.
  @Test
  void outlivesWhatHappensToItsTable() throws Exception {
    Namespace.run(() -> {
      try (var port = new Port("127.0.0.1");
          var source = new Port("127.0.0.1");
          var killed = new SourceFilter("adit9", port.number() - 1);
          var filter = new SourceFilter("adit9", port.number());
          var neighbour = new SourceFilter("adit8", port.number() - 1)) {
        filter.remove();
        neighbour.drop(source.endpoint());
        killed.drop(source.endpoint());
        filter.remove();
        assertThat(killed.dropped()).isEmpty();
        killed.drop(source.endpoint());
        filter.drop(source.endpoint());
        assertThat(source.reaches(port, DATA)).as("the other port's rule has gone").isFalse();
        killed.remove();
        assertThat(filter.dropped()).isEmpty();
        filter.pass(source.endpoint());
        filter.drop(source.endpoint());
        assertThat(source.reaches(port, DATA)).isFalse();
        filter.remove();
        assertThat(source.reaches(port, DATA)).isTrue();
        assertThat(neighbour.dropped()).containsKey(source.endpoint());
      }
    });
  }

  private static final class Port implements AutoCloseable {
    private final DatagramSocket socket;

    Port(String host) throws IOException {
      socket = new DatagramSocket(0, InetAddress.ofLiteral(host));
      socket.setSoTimeout(5_000);
    }

    int number() {
      return socket.getLocalPort();
    }

    Endpoint endpoint() {
      return new Endpoint(IpAddress.of(socket.getLocalAddress().getAddress()), number());
    }

    /// Loopback keeps the order: what follows shows that it will not come any more.
    boolean reaches(Port to, String hex) throws IOException {
      byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
      socket.send(new DatagramPacket(bytes, bytes.length, to.socket.getLocalSocketAddress()));
      byte[] last = {9};
      socket.send(new DatagramPacket(last, 1, to.socket.getLocalSocketAddress()));
      int first = to.received();
      if (first == 1) {
        return false;
      }
      assertThat(to.received()).isOne();
      return first == bytes.length;
    }

    private int received() throws IOException {
      var packet = new DatagramPacket(new byte[64], 64);
      try {
        socket.receive(packet);
      } catch (SocketTimeoutException e) {
        return 0;
      }
      return packet.getLength();
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
