package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.MILLISECOND;
import static dev.adit.core.path.PathTimers.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.Hello;
import dev.adit.wire.probe.NodeSecrets;
import dev.adit.wire.probe.ProbeHeader;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Whatever strangers and hostile peers send on UDP and on the relay: nothing is thrown, no
/// stranger is ever answered, and a peer cannot make us send more pings than the budget allows.
///
/// The bytes are steps: what happens, a parameter, a length (u8, times 8), so many bytes.
class PathNodeFuzzTest {
  private static final PrivateKey OWN = PrivateKey.generate(new Random(1));
  private static final PrivateKey OWN_PROBE = PrivateKey.generate(new Random(2));
  private static final PrivateKey PEER = PrivateKey.generate(new Random(3));
  private static final PrivateKey PEER_PROBE = PrivateKey.generate(new Random(4));
  private static final PrivateKey STRANGER = PrivateKey.generate(new Random(5));
  private static final PlainCipher CIPHER = new PlainCipher();
  private static final List<Endpoint> SOURCES =
      List.of(
          Endpoint.literal("203.0.113.2:41000"),
          Endpoint.literal("203.0.113.3:41000"),
          Endpoint.literal("[2001:db8::2]:41000"),
          Endpoint.literal("10.0.0.9:41000"));

  private final PathNode node =
      new PathNode(OWN, OWN_PROBE, new Random(6), CIPHER, PathRules.SPECIFIED);
  private final NodeSecrets secrets;
  private final byte[] sendKey;
  private long now = SECOND;
  private long counter;
  private long wireGuardBytes;
  private int datagrams;
  private int relayed;

  PathNodeFuzzTest() throws CryptoException {
    secrets = NodeSecrets.between(PEER, OWN.publicKey());
    sendKey = secrets.probeKeys(PEER_PROBE, OWN_PROBE.publicKey()).send();
    var own = Endpoint.literal("192.0.2.1:41000");
    node.candidatesGathered(List.of(new Candidate.Address(CandidateKind.HOST, own)), now);
    node.steerEndpoints(false);
    node.relayConnected(now);
    node.peerConfigured(PEER.publicKey(), now);
    drain();
  }

  @FuzzTest
  void noStrangerIsAnswered(byte @NotNull @WithLength(max = 4096) [] steps) throws CryptoException {
    new PathNodeFuzzTest().run(steps, false);
  }

  @FuzzTest
  void noPeerGetsMoreThanItsShare(byte @NotNull @WithLength(max = 4096) [] steps)
      throws CryptoException {
    new PathNodeFuzzTest().run(steps, true);
  }

  private void run(byte[] steps, boolean withKeys) {
    long start = now;
    int answers = 0;
    for (int at = 0; at + 3 <= steps.length; ) {
      int what = steps[at] & 7;
      int parameter = steps[at + 1] & 0xff;
      int end = Math.min(steps.length, at + 3 + 8 * (steps[at + 2] & 0xff));
      step(withKeys ? what : what % 3, parameter, Arrays.copyOfRange(steps, at + 3, end));
      drain();
      answers++;
      at = end;
    }
    if (withKeys) {
      // Each step may be answered by a PONG; pings have a budget (R-PROBE-2).
      long seconds = (now - start) / SECOND + 1;
      assertThat(datagrams).isLessThanOrEqualTo(answers + 50 + (int) (50 * seconds));
      assertThat(relayed).isLessThanOrEqualTo(answers + 10 + (int) (20 * seconds));
    } else {
      assertThat(datagrams + relayed).isZero();
    }
    assertThat(String.valueOf(node.status(PEER.publicKey()))).isNotEqualTo("null");
  }

  private void step(int what, int parameter, byte[] bytes) {
    var source = SOURCES.get(parameter % SOURCES.size());
    switch (what) {
      case 0 -> udp(source, bytes);
      case 1 -> {
        node.relayReceived(STRANGER.publicKey(), bytes, 0, bytes.length, now);
        node.peerGoneFromRelay(STRANGER.publicKey(), now);
      }
      case 2 -> pass(parameter);
      case 3 -> udp(source, sealed(bytes));
      case 4 -> relay(sealed(bytes));
      case 5 -> relay(hello(parameter, bytes));
      case 6 -> relay(bytes);
      default -> {
        byte[] packet = new byte[32];
        packet[0] = 4;
        node.wireGuardSent(PEER.publicKey(), packet, 0, packet.length, now);
        read(parameter < 64 ? null : source, parameter);
      }
    }
  }

  /// WireGuard was found there: whoever sent it there has its keys.
  private void read(@Nullable Endpoint endpoint, int bytes) {
    wireGuardBytes += bytes & 15;
    node.wireGuardRead(
        List.of(
            new WireGuardReading(PEER.publicKey(), endpoint, wireGuardBytes, 2 * wireGuardBytes)),
        now);
  }

  private void udp(Endpoint source, byte[] bytes) {
    // What lies behind a datagram in its buffer must not count.
    byte[] buffer = Arrays.copyOf(bytes, bytes.length + 64);
    node.datagramReceived(source, buffer, 0, bytes.length, now);
  }

  private void relay(byte[] bytes) {
    node.relayReceived(PEER.publicKey(), bytes, 0, bytes.length, now);
  }

  private void pass(int parameter) {
    now += 10L * parameter * MILLISECOND;
    node.timeReached(now);
  }

  /// As the peer would, but with any plaintext.
  private byte[] sealed(byte[] plaintext) {
    byte[] header = header(ProbeHeader.FORM_MESSAGE, plaintext.length);
    putLong(header, 8, ProbeHeader.idOf(PEER_PROBE.publicKey()));
    putLong(header, 16, ++counter);
    return joined(header, CIPHER.seal(sendKey, new byte[12], header, plaintext));
  }

  /// A HELLO with the peer's probe key or with any.
  private byte[] hello(int parameter, byte[] bytes) {
    var probe = PEER_PROBE.publicKey();
    if (parameter > 200 && bytes.length >= 32) {
      probe = dev.adit.crypto.PublicKey.of(bytes, 0, 32);
    }
    return new Hello((parameter & 1) != 0, 0, probe).seal(secrets, new byte[12], CIPHER);
  }

  private static byte[] header(int form, int plaintext) {
    byte[] header = new byte[ProbeHeader.BYTES];
    int total = ProbeHeader.MIN_TOTAL_BYTES + plaintext;
    putLong(header, 0, (long) ProbeHeader.MAGIC << 32 | 1L << 24 | (long) form << 16 | total);
    return header;
  }

  private static void putLong(byte[] bytes, int at, long value) {
    for (int i = 0; i < 8; i++) {
      bytes[at + i] = (byte) (value >>> 56 - 8 * i);
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private void drain() {
    for (var output = node.poll(); output != null; output = node.poll()) {
      switch (output) {
        case PathOutput.SendProbe(_, byte[] bytes, _) -> {
          datagrams++;
          assertThat(bytes).hasSizeLessThanOrEqualTo(ProbeSizes.MOST);
        }
        case PathOutput.SendRelay(_, byte[] bytes) -> {
          relayed++;
          assertThat(bytes).hasSizeLessThanOrEqualTo(ProbeSizes.MOST);
        }
        case PathOutput.SetEndpoint(_, var endpoint) ->
            assertThat(endpoint == null || SOURCES.contains(endpoint)).isTrue();
        case PathOutput.DeliverToWireGuard _,
            PathOutput.ReadWireGuard _,
            PathOutput.RenewSession _,
            PathOutput.SetMtu _,
            PathOutput.PinSource _,
            PathOutput.RefreshStun _,
            PathOutput.SeenAs _,
            PathOutput.PathChanged _ -> {}
      }
    }
  }
}
