package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// L-11, L-12, L-13 (linux-wireguard-control §13): beside an ordinary socket that has bound the
/// port, as WireGuard has.
@NeedsRoot
class SharedPortTest {
  private static final int PORT = 24_000;
  private static final int OTHER_PORT = 24_001;
  private static final int PROBE = 0xF561_6470;
  private static final int ENVELOPE = 0xF561_6465;
  private static final int STUN = 0x2112_A442;
  private static final int TIMEOUT_MILLIS = 5_000;
  private static final List<String> LOOPBACKS = List.of("127.0.0.1", "::1");

  private record Heard(Endpoint source, byte[] payload) {}

  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

  /// L-13: the receiving kernel drops what has a wrong checksum, so each arrival proves one.
  @Test
  void sendsFromThePortThatAnotherSocketHas() throws Exception {
    Namespace.run(() -> {
      var random = new Random(1);
      for (String address : LOOPBACKS) {
        try (var owner = socket(PORT);
            var shared = open();
            var peer = socket(0)) {
          var to = Endpoint.literal(bracketed(address) + ":" + peer.getLocalPort());
          for (int length = 0; length <= 64; length++) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            shared.send(to, payload, 0, length);
            DatagramPacket received = receive(peer);
            assertThat(payload(received)).as(address + " " + length).isEqualTo(payload);
            assertThat(received.getPort()).isEqualTo(PORT);
            assertThat(received.getAddress()).isEqualTo(InetAddress.getByName(address));
          }
          byte[] large = new byte[1412];
          shared.sendProbe(to, large);
          assertThat(payload(receive(peer))).isEqualTo(large);
          assertThat(shared.unsent()).isZero();
          assertThat(owner.isBound()).isTrue();
        }
      }
    });
  }

  /// L-13: all sums there are, the one that is 0 among them.
  @Test
  void everyChecksumIsAccepted() throws Exception {
    Namespace.run(() -> {
      try (var owner = socket(PORT);
          var shared = open();
          var peer = socket(0)) {
        var to = Endpoint.literal("127.0.0.1:" + peer.getLocalPort());
        for (int word = 0; word < 0x10000; word += word == 0xff00 ? 1 : 0xff) {
          byte[] payload = {(byte) (word >> 8), (byte) word};
          shared.send(to, payload, 0, 2);
          assertThat(payload(receive(peer))).isEqualTo(payload);
        }
        int zero = 0xffff;
        for (int word = 0; word < 0x10000; word++) {
          byte[] payload = {(byte) (word >> 8), (byte) word};
          byte[] local = {127, 0, 0, 1};
          if (InternetChecksum.udp4(local, local, PORT, to.port(), payload, 0, 2) == zero) {
            shared.send(to, payload, 0, 2);
            assertThat(payload(receive(peer))).isEqualTo(payload);
          }
        }
        assertThat(owner.isBound()).isTrue();
      }
    });
  }

  /// L-11, L-12: the owner hears everything, as before.
  @Test
  void hearsWhatIsOursAndNothingElse() throws Exception {
    Namespace.run(() -> {
      for (String address : LOOPBACKS) {
        try (var owner = socket(PORT);
            var other = socket(OTHER_PORT);
            var shared = open();
            var peer = socket(0)) {
          assertThat(shared.hasV6()).isTrue();
          for (byte[] ours : List.of(words(PROBE), words(ENVELOPE, 1), words(0x10000, STUN))) {
            send(peer, address, PORT, ours);
            Heard one = hear();
            assertThat(one.payload()).isEqualTo(ours);
            assertThat(one.source())
                .isEqualTo(Endpoint.literal(bracketed(address) + ":" + peer.getLocalPort()));
            assertThat(payload(receive(owner))).isEqualTo(ours);
          }
          var foreign = List.of(words(), words(1), words(4, 0, 0, 0), words(0, ~STUN));
          for (byte[] theirs : foreign) {
            send(peer, address, PORT, theirs);
            assertThat(payload(receive(owner))).isEqualTo(theirs);
          }
          for (int length = 1; length < 4; length++) {
            send(peer, address, PORT, Arrays.copyOf(words(PROBE), length));
            receive(owner);
          }
          send(peer, address, OTHER_PORT, words(PROBE));
          receive(other);
          assertHearsNothingMore(peer, address, owner);
        }
      }
    });
  }

  /// What comes in order is heard in order: the last one, and nothing before it.
  private void assertHearsNothingMore(DatagramSocket peer, String address, DatagramSocket owner)
      throws Exception {
    send(peer, address, PORT, words(PROBE, 99));
    assertThat(hear().payload()).isEqualTo(words(PROBE, 99));
    receive(owner);
    assertThat(heard).isEmpty();
  }

  /// L-11: the UDP header is not at a fixed place.
  @Test
  void hearsPacketsWithIpOptions() throws Exception {
    Namespace.run(() -> {
      try (var owner = socket(PORT);
          var shared = open();
          Arena arena = Arena.ofConfined()) {
        long descriptor = Native.checked("socket", Native.call(SystemCall.SOCKET, 2, 2, 0));
        MemorySegment options = arena.allocateFrom(JAVA_INT, 0x0101_0101); // four no-operations
        Native.checked(
            "options", Native.call(SystemCall.SETSOCKOPT, descriptor, 0, 4, options.address(), 4));
        MemorySegment to = sockaddr(arena, PORT);
        MemorySegment payload = arena.allocate(12);
        MemorySegment.copy(words(PROBE, 7), 0, payload, JAVA_BYTE, 0, 8);
        Native.checked(
            "send",
            Native.call(SystemCall.SENDTO, descriptor, payload.address(), 8, 0, to.address(), 16));
        assertThat(hear().payload()).isEqualTo(words(PROBE, 7));
        assertThat(payload(receive(owner))).hasSize(8);
        assertThat(shared.unsent()).isZero();
        Native.call(SystemCall.CLOSE, descriptor);
      }
    });
  }

  private static MemorySegment sockaddr(Arena arena, int port) {
    MemorySegment address = arena.allocate(16, 4);
    address.set(JAVA_BYTE, 0, (byte) 2);
    address.set(JAVA_BYTE, 2, (byte) (port >> 8));
    address.set(JAVA_BYTE, 3, (byte) port);
    MemorySegment.copy(new byte[] {127, 0, 0, 1}, 0, address, JAVA_BYTE, 4, 4);
    return address;
  }

  /// R-PROBE-9, R-RAW-6: data looks like WireGuard's, probes do not; neither may be fragmented.
  @Test
  void marksProbesOtherThanData() throws Exception {
    Namespace.run(() -> {
      try (var owner = socket(PORT);
          var shared = open();
          var peer = socket(0);
          Arena arena = Arena.ofConfined()) {
        long seer = Native.checked("raw socket", Native.call(SystemCall.SOCKET, 2, 3, 17));
        var to = Endpoint.literal("127.0.0.1:" + peer.getLocalPort());
        shared.send(to, words(4), 0, 4);
        assertThat(header(seer, arena)).containsExactly(0, 64, 0x40);
        shared.sendProbe(to, words(PROBE));
        assertThat(header(seer, arena)).containsExactly(0x88, 60, 0x40);
        shared.send(to, words(4), 0, 4);
        assertThat(header(seer, arena)).containsExactly(0, 64, 0x40);
        Native.call(SystemCall.CLOSE, seer);
        assertThat(owner.isBound()).isTrue();
      }
    });
  }

  /// Type of service, time to live, flags of the next packet.
  private static int[] header(long descriptor, Arena arena) throws IOException {
    MemorySegment packet = arena.allocate(2048);
    long length =
        Native.checked(
            "receive",
            Native.call(SystemCall.RECVFROM, descriptor, packet.address(), 2048, 0, 0, 0));
    assertThat(length).isGreaterThan(28);
    return new int[] {
      packet.get(JAVA_BYTE, 1) & 0xff, packet.get(JAVA_BYTE, 8) & 0xff, packet.get(JAVA_BYTE, 6)
    };
  }

  /// L-12: policy routing by WireGuard's mark.
  @Test
  void takesTheRoutesOfItsMark() throws Exception {
    Namespace.run(() -> {
      ip("route add 192.0.2.9 dev lo");
      ip("rule add prio 10 not fwmark 7 to 192.0.2.9 unreachable");
      var to = Endpoint.literal("192.0.2.9:9");
      try (var plain = open(0);
          var marked = open(7)) {
        plain.sendProbe(to, words(PROBE));
        marked.sendProbe(to, words(PROBE));
        assertThat(plain.unsent()).isEqualTo(1);
        assertThat(marked.unsent()).isZero();
      }
    });
  }

  /// R-RAW-5: the kernel would refuse a source address that this machine has no longer.
  @Test
  void outlivesAChangeOfAddress() throws Exception {
    Namespace.run(() -> {
      ip("address add 10.1.0.1/32 dev lo");
      ip("address add 10.1.0.2/32 dev lo");
      ip("address add 10.1.0.9/32 dev lo");
      ip("route add local 192.0.2.9 dev lo src 10.1.0.1");
      try (var peer = new DatagramSocket(new InetSocketAddress("192.0.2.9", 0));
          var shared = open()) {
        peer.setSoTimeout(TIMEOUT_MILLIS);
        var to = Endpoint.literal("192.0.2.9:" + peer.getLocalPort());
        shared.sendProbe(to, words(PROBE));
        assertThat(receive(peer).getAddress().getHostAddress()).isEqualTo("10.1.0.1");
        ip("address del 10.1.0.1/32 dev lo");
        ip("route replace local 192.0.2.9 dev lo src 10.1.0.2");
        shared.sendProbe(to, words(PROBE));
        assertThat(receive(peer).getAddress().getHostAddress()).isEqualTo("10.1.0.2");
        ip("route replace local 192.0.2.9 dev lo src 10.1.0.9");
        shared.routesChanged();
        shared.sendProbe(to, words(PROBE));
        assertThat(receive(peer).getAddress().getHostAddress()).isEqualTo("10.1.0.9");
      }
    });
  }

  @Test
  void followsWireGuardToAnotherPort() throws Exception {
    Namespace.run(() -> {
      try (var owner = socket(PORT);
          var moved = socket(OTHER_PORT);
          var shared = open();
          var peer = socket(0)) {
        shared.changePort(OTHER_PORT);
        send(peer, "127.0.0.1", PORT, words(PROBE, 1));
        receive(owner);
        send(peer, "127.0.0.1", OTHER_PORT, words(PROBE, 2));
        assertThat(hear().payload()).isEqualTo(words(PROBE, 2));
        receive(moved);
        shared.sendProbe(Endpoint.literal("127.0.0.1:" + peer.getLocalPort()), words(PROBE));
        assertThat(receive(peer).getPort()).isEqualTo(OTHER_PORT);
        assertThat(heard).isEmpty();
      }
    });
  }

  /// R-RAW-8.
  @Test
  void testsItself() throws Exception {
    Namespace.run(() -> {
      try (var owner = socket(PORT);
          var shared = open()) {
        assertThat(shared.hears()).isTrue();
        assertThat(heard).as("its own question").isEmpty();
        ip("link set lo down");
        assertThat(shared.hears()).isFalse();
        assertThat(owner.isBound()).isTrue();
      }
    });
  }

  @Test
  void worksWithoutIpv6() throws Exception {
    Namespace.run(() -> {
      ip("-6 address flush dev lo");
      try (var owner = socket(PORT);
          var shared = open()) {
        shared.sendProbe(Endpoint.literal("[2001:db8::1]:9"), words(PROBE));
        shared.sendProbe(Endpoint.literal("198.51.100.1:9"), words(PROBE));
        assertThat(shared.unsent()).as("no routes").isEqualTo(2);
        assertThat(shared.hears()).isTrue();
        assertThat(owner.isBound()).isTrue();
      }
    });
  }

  // --- helpers

  private SharedPort open(int mark) throws IOException {
    SharedPort shared = SharedPort.open(PORT, mark);
    shared.start(this::hear);
    return shared;
  }

  private SharedPort open() throws IOException {
    return open(0);
  }

  private void hear(Endpoint source, byte[] payload) {
    heard.add(new Heard(source, payload));
  }

  private Heard hear() throws InterruptedException {
    Heard next = heard.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    assertThat(next).as("heard within 5 s").isNotNull();
    return next;
  }

  private static DatagramSocket socket(int port) throws IOException {
    var socket = new DatagramSocket(port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    var packet = new DatagramPacket(new byte[2048], 2048);
    try {
      socket.receive(packet);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("nothing came within 5 s", e);
    }
    return packet;
  }

  private static byte[] payload(DatagramPacket packet) {
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  private static void send(DatagramSocket from, String address, int port, byte[] payload)
      throws IOException {
    from.send(new DatagramPacket(payload, payload.length, InetAddress.getByName(address), port));
  }

  private static byte[] words(int... words) {
    var buffer = ByteBuffer.allocate(4 * words.length);
    for (int word : words) {
      buffer.putInt(word);
    }
    return buffer.array();
  }

  private static String bracketed(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }

  private static void ip(String arguments) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(("ip " + arguments).split(" ")).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(arguments + ": " + output).isZero();
  }
}
