package dev.adit.net.udp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.Clock;
import dev.adit.net.linux.Namespace;
import dev.adit.net.linux.NeedsRoot;
import dev.adit.net.linux.SharedPort;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A packet loop over a port that another socket has bound, as WireGuard has.
@NeedsRoot
class SharedOutsideTest {
  private static final int PORT = 24_100;
  private static final int PROBE = 0xF561_6470;
  private static final int SENT = 12_000;

  // What the kernel keeps for a socket: 2 MiB, twice, in pieces of 0.5 to 1 kB.
  private static final int LEAST = 2_000;
  private static final int MOST = 10_000;

  private final AtomicInteger heard = new AtomicInteger();

  private final PacketHandler handler =
      new PacketHandler() {
        @Override
        public void fromWireGuard(
            LoopbackEndpoint endpoint, byte[] packet, int offset, int length, long now) {}

        @Override
        public void fromOutside(Endpoint source, byte[] packet, int offset, int length, long now) {
          heard.incrementAndGet();
        }

        @Override
        public long roundEnded(long now) {
          return Long.MAX_VALUE;
        }
      };

  /// docs/limits.md: what comes while the loop is busy waits, but no more than so much.
  @Test
  void letsOnlySoManyDatagramsWait() throws Exception {
    inLoop((shared, loop, peer) -> {
      var busy = new CountDownLatch(1);
      assertThat(shared.hears()).isTrue();
      var isBusy = new CountDownLatch(1);
      loop.post(() -> {
        isBusy.countDown();
        await(busy);
      });
      await(isBusy);
      byte[] probe = ByteBuffer.allocate(60).putInt(PROBE).array();
      for (int i = 0; i < SENT; i++) {
        peer.send(new DatagramPacket(probe, probe.length, loopback(), PORT));
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      busy.countDown();
      while (heard.get() + loop.unheard() < SENT && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(heard.get() + loop.unheard()).isEqualTo(SENT);
      assertThat(heard).hasValueBetween(LEAST, MOST);
      assertThat(loop.unsent()).isZero();
    });
  }

  /// The self-test takes what waits from the port; all but its own question is for the loop.
  @Test
  void losesNothingThatComesDuringTheSelfTest() throws Exception {
    inLoop((shared, loop, peer) -> {
      byte[] probe = ByteBuffer.allocate(60).putInt(PROBE).array();
      var tested = new CountDownLatch(1);
      loop.post(() -> {
        try {
          peer.send(new DatagramPacket(probe, probe.length, loopback(), PORT));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
        assertThat(shared.hears()).isTrue();
        assertThat(heard).hasValue(0);
        tested.countDown();
      });
      await(tested);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (heard.get() == 0 && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(heard).hasValue(1);
    });
  }

  /// From native to mux mode: another port, and what was shared is free.
  @Test
  void leavesTheSharedPortForOneOfItsOwn() throws Exception {
    inLoop((_, loop, peer) -> {
      var moved = new CountDownLatch(1);
      assertThat(loop.port()).isEqualTo(PORT);
      loop.post(() -> {
        try {
          loop.leaveShared(PORT + 1);
          moved.countDown();
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      });
      assertThat(moved.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(loop.port()).isEqualTo(PORT + 1);
      var to = new Endpoint(IpAddress.literal("127.0.0.1"), peer.getLocalPort());
      loop.post(() -> loop.send(to, new byte[] {1, 2, 3}, 0, 3));
      var packet = new DatagramPacket(new byte[16], 16);
      peer.receive(packet);
      assertThat(packet.getPort()).isEqualTo(PORT + 1);
    });
  }

  private interface Scenario {
    void run(SharedPort shared, UdpLoop loop, DatagramSocket peer) throws Exception;
  }

  /// In a namespace where another socket has the port, and beside a peer's socket.
  private void inLoop(Scenario scenario) throws Exception {
    Namespace.run(() -> {
      SharedPort shared = SharedPort.open(PORT, 0);
      try (var _ = socket(PORT);
          var peer = socket(0);
          var loop = UdpLoop.over(shared, Clock.SYSTEM, handler, Throwable::printStackTrace)) {
        loop.start();
        scenario.run(shared, loop, peer);
      }
    });
  }

  private static DatagramSocket socket(int port) throws IOException {
    var socket = new DatagramSocket(null);
    socket.setSoTimeout(5_000);
    socket.bind(new InetSocketAddress(loopback(), port));
    return socket;
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
