package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Real sockets on loopback, which hands trains over as they were sent.
class UdpTransferTest {
  private final UdpTransfer transfer = new UdpTransfer();
  private UdpSocket left;
  private UdpSocket right;
  private Endpoint toRight;

  @BeforeEach
  void opens() throws IOException {
    left = UdpSocket.bindLoopback(0);
    right = UdpSocket.bindLoopback(0);
    toRight = local(right.port());
  }

  @AfterEach
  void closes() {
    left.close();
    right.close();
    transfer.close();
  }

  @Test
  void sendsDatagramsOfOneSizeAsOneTrain() throws Exception {
    for (int i = 0; i < 10; i++) {
      send(toRight, 1_300, i);
    }
    send(toRight, 700, 10); // a shorter one ends it
    send(toRight, 1_300, 11);
    assertThat(read()).as("before it is flushed, what was too much for one train").hasSize(11);
    transfer.flush();
    assertThat(transfer.receive(right)).isEqualTo(1_300);
    assertThat(transfer.received()[0]).isEqualTo((byte) 11);
    assertThat(transfer.receive(right)).isNegative();
    assertThat(left.unsent()).isZero();
  }

  @Test
  void keepsEachDatagramAsItWas() {
    int[] sizes = {1_300, 1_300, 100, 100, 100, 1_300, 0, 0, 1, 9_000, 9_000, 60_000, 64_000, 5};
    for (int i = 0; i < sizes.length; i++) {
      send(toRight, sizes[i], i);
    }
    transfer.flush();
    List<byte[]> heard = read();
    for (int size : sizes) {
      if (size > 0) { // of an empty one nothing is handed over
        assertThat(heard.removeFirst()).hasSize(size);
      }
    }
    assertThat(heard).isEmpty();
    assertThat(left.unsent()).isZero();
  }

  @Test
  void noTrainIsLongerThanKernelsTake() {
    for (int i = 0; i < 200; i++) {
      send(toRight, 100, i);
    }
    transfer.flush();
    assertThat(transfer.receive(right)).isEqualTo(UdpTransfer.MOST_SEGMENTS * 100);
    assertThat(transfer.segmentSize()).isEqualTo(100);
    assertThat(read()).hasSize(200 - UdpTransfer.MOST_SEGMENTS);
  }

  @Test
  void mixesNoPlacesAndNoSockets() throws Exception {
    try (var third = UdpSocket.bindLoopback(0)) {
      Endpoint toThird = local(third.port());
      right.connectLoopback(left.port());
      for (int i = 0; i < 3; i++) {
        send(toRight, 50, 1);
        send(toThird, 50, 2);
        transfer.send(right, null, filled(50, 3), 0, 50);
      }
      transfer.flush();
      assertThat(read()).hasSize(3).allMatch(datagram -> datagram[0] == 1);
      assertThat(read(third)).hasSize(3).allMatch(datagram -> datagram[0] == 2);
      assertThat(read(left)).hasSize(3).allMatch(datagram -> datagram[0] == 3);
    }
  }

  @Test
  void namesTheSource() {
    send(toRight, 10, 1);
    transfer.flush();
    assertThat(transfer.receive(right)).isEqualTo(10);
    assertThat(transfer.source()).isEqualTo(local(left.port()));
  }

  @Test
  void speaksIpv6() throws Exception {
    try (var here = UdpSocket.bind(false, 0);
        var there = UdpSocket.bind(false, 0)) {
      Endpoint to = new Endpoint(IpAddress.literal("::1"), there.port());
      transfer.send(here, to, filled(20, 1), 0, 20);
      transfer.send(here, to, filled(20, 2), 0, 20);
      transfer.flush();
      assertThat(transfer.receive(there)).isEqualTo(40);
      assertThat(transfer.segmentSize()).isEqualTo(20);
      assertThat(transfer.source()).isEqualTo(new Endpoint(IpAddress.literal("::1"), here.port()));
    }
  }

  /// A receiver that knows no trains gets datagrams.
  @Test
  void anyProgramHearsDatagrams() throws Exception {
    try (var plain = new DatagramSocket(0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      plain.setSoTimeout(5_000);
      for (int i = 0; i < 5; i++) {
        send(local(plain.getLocalPort()), 1_000, i);
      }
      transfer.flush();
      for (int i = 0; i < 5; i++) {
        var packet = new DatagramPacket(new byte[2_000], 2_000);
        plain.receive(packet);
        assertThat(packet.getLength()).isEqualTo(1_000);
        assertThat(packet.getData()[0]).isEqualTo((byte) i);
      }
    }
  }

  /// Trains are refused for sizes that single datagrams may have as fragments; nothing is lost.
  @Test
  void sendsOneByOneWhatIsRefusedAsATrain() throws Exception {
    left.withoutOffload = 1;
    send(toRight, 200, 1);
    send(toRight, 200, 2);
    transfer.flush();
    assertThat(transfer.receive(right)).isEqualTo(200);
    assertThat(transfer.receive(right)).isEqualTo(200);
    assertThat(left.withoutOffload).isZero();
  }

  @Test
  void countsWhatCannotBeSent() {
    send(toRight, 65_500, 1);
    assertThat(left.unsent()).isEqualTo(1);
    for (int i = 0; i < 3; i++) {
      send(new Endpoint(IpAddress.literal("255.255.255.255"), 9), 10, 1);
    }
    transfer.flush();
    assertThat(left.unsent()).isEqualTo(4);
  }

  @Test
  void neverFragments() throws Exception {
    try (var v6 = UdpSocket.bind(false, 0)) {
      assertThat(option(left, Sockets.SOL_IP, 10)).isEqualTo(2);
      assertThat(option(v6, Sockets.SOL_IPV6, 23)).isEqualTo(2);
    }
  }

  @Test
  void refusesAPortThatIsTaken() {
    assertThatThrownBy(() -> UdpSocket.bindLoopback(left.port())).isInstanceOf(BindException.class);
  }

  @Test
  void aSourceIsOneObject() {
    var sources = new KnownSources();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(32, 8);
      for (int i = 0; i < 5_000; i++) {
        name.set(JAVA_INT, 0, Sockets.INET);
        name.set(JAVA_INT, 4, i * 7);
        assertThat(sources.of(name)).isSameAs(sources.of(name));
      }
      name.fill((byte) 0);
      name.set(JAVA_INT, 0, Sockets.INET6 | 0x3412_0000);
      name.set(JAVA_INT, 4, 99); // the flow label, which is no part of an address
      Endpoint first = sources.of(name);
      name.set(JAVA_INT, 4, 98);
      assertThat(sources.of(name)).isSameAs(first);
      assertThat(first.port()).isEqualTo(0x1234);
    }
  }

  private static int option(UdpSocket socket, int level, int option) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(4, 4);
      MemorySegment length = arena.allocateFrom(JAVA_INT, 4);
      Native.checked(
          "cannot read an option",
          Native.call(
              SystemCall.GETSOCKOPT,
              socket.descriptor(),
              level,
              option,
              value.address(),
              length.address()));
      return value.get(JAVA_INT, 0);
    }
  }

  private void send(Endpoint to, int size, int mark) {
    transfer.send(left, to, filled(size, mark), 0, size);
  }

  private static byte[] filled(int size, int mark) {
    byte[] datagram = new byte[size];
    Arrays.fill(datagram, (byte) mark);
    return datagram;
  }

  private List<byte[]> read() {
    return read(right);
  }

  private List<byte[]> read(UdpSocket socket) {
    List<byte[]> datagrams = new ArrayList<>();
    for (int bytes = transfer.receive(socket); bytes >= 0; bytes = transfer.receive(socket)) {
      int size = transfer.segmentSize();
      for (int at = 0; at < bytes; at += size) {
        datagrams.add(Arrays.copyOfRange(transfer.received(), at, Math.min(at + size, bytes)));
      }
    }
    return datagrams;
  }

  private static Endpoint local(int port) {
    return new Endpoint(IpAddress.literal("127.0.0.1"), port);
  }
}
