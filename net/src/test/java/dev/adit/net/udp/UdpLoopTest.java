package dev.adit.net.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UdpLoopTest {
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> broken = new LinkedBlockingQueue<>();
  private volatile long due = Long.MAX_VALUE;
  private UdpLoop loop;
  private DatagramSocket other;

  private final PacketHandler handler =
      new PacketHandler() {
        @Override
        public void fromWireGuard(
            LoopbackEndpoint endpoint, byte[] packet, int offset, int length, long now) {
          heard.add(endpoint.owner() + " from WireGuard: " + text(packet, offset, length));
        }

        @Override
        public void fromOutside(Endpoint source, byte[] packet, int offset, int length, long now) {
          heard.add(source + " from outside: " + text(packet, offset, length));
          if (length == 4 && packet[offset] == 'b') {
            throw new IllegalStateException("our own mistake");
          }
        }

        @Override
        public long roundEnded(long now) {
          if (now >= due) {
            due = Long.MAX_VALUE;
            heard.add("time");
          }
          return due;
        }
      };

  @BeforeEach
  void opens() throws IOException {
    loop = UdpLoop.open(Clock.SYSTEM, 0, handler, broken::add);
    other = new DatagramSocket(0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    other.setSoTimeout(5_000);
  }

  @AfterEach
  void closes() {
    loop.close();
    other.close();
  }

  @Test
  void carriesDatagramsBothWaysOutside() throws Exception {
    loop.start();
    send(other, loop.port(), "hello");
    assertThat(next()).isEqualTo(local(other.getLocalPort()) + " from outside: hello");
    loop.post(() -> loop.send(local(other.getLocalPort()), bytes("..back.."), 2, 4));
    assertThat(receive(other)).isEqualTo("back");
  }

  @Test
  void countsWhatIsTooBigAndGoesOn() throws Exception {
    loop.start();
    Endpoint to = local(other.getLocalPort());
    loop.post(() -> {
      loop.send(to, new byte[65_530], 0, 65_530);
      loop.sendProbe(to, new byte[65_530]);
      loop.sendProbe(to, bytes("probe"));
    });
    assertThat(receive(other)).isEqualTo("probe");
    assertThat(loop.unsent()).isEqualTo(2);
    assertThat(broken).isEmpty();
  }

  @Test
  void aLoopbackEndpointHearsItsWireGuardOnly() throws Exception {
    LoopbackEndpoint peer = loop.openLoopback(0, "peer");
    peer.connect(other.getLocalPort());
    loop.start();
    try (var stranger = new DatagramSocket()) {
      send(stranger, peer.port(), "forged");
    }
    send(other, peer.port(), "sealed");
    assertThat(next()).isEqualTo("peer from WireGuard: sealed");
    loop.post(() -> loop.inject(peer, bytes("answer"), 0, 6));
    assertThat(receive(other)).isEqualTo("answer");
    assertThat(heard).isEmpty();
  }

  @Test
  void survivesThatWireGuardIsAway() throws Exception {
    LoopbackEndpoint peer = loop.openLoopback(0, "peer");
    int port = other.getLocalPort();
    peer.connect(port);
    loop.start();
    other.close();
    for (int i = 0; i < 3; i++) {
      loop.post(() -> loop.inject(peer, bytes("lost"), 0, 4));
    }
    other = new DatagramSocket(port, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    other.setSoTimeout(5_000);
    send(other, peer.port(), "back again");
    assertThat(next()).isEqualTo("peer from WireGuard: back again");
  }

  @Test
  void wakesWhenItsTimeComes() throws Exception {
    due = Clock.SYSTEM.nanos() + 20_000_000;
    loop.start();
    assertThat(next()).isEqualTo("time");
    assertThat(Clock.SYSTEM.nanos()).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void goesOnAfterAMistakeOfTheHandler() throws Exception {
    loop.start();
    send(other, loop.port(), "boom");
    send(other, loop.port(), "after");
    assertThat(next()).endsWith("boom");
    assertThat(next()).endsWith("after");
    assertThat(broken.poll(5, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAPortThatIsTaken() {
    assertThatThrownBy(() -> UdpLoop.open(Clock.SYSTEM, loop.port(), handler, broken::add))
        .isInstanceOf(BindException.class);
  }

  @Test
  void runsTasksOnItsOwnThread() throws Exception {
    loop.start();
    var done = new CountDownLatch(1);
    loop.post(() -> {
      if (loop.isLoopThread()) {
        done.countDown();
      }
    });
    assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(List.copyOf(broken)).isEmpty();
  }

  private String next() throws InterruptedException {
    return String.valueOf(heard.poll(5, TimeUnit.SECONDS));
  }

  private static void send(DatagramSocket from, int port, String text) throws IOException {
    byte[] bytes = bytes(text);
    from.send(
        new DatagramPacket(
            bytes, bytes.length, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
  }

  private static String receive(DatagramSocket socket) throws IOException {
    var packet = new DatagramPacket(new byte[100], 100);
    socket.receive(packet);
    return text(packet.getData(), 0, packet.getLength());
  }

  private static Endpoint local(int port) {
    return new Endpoint(IpAddress.literal("127.0.0.1"), port);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.US_ASCII);
  }
}
