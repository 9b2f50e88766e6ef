package dev.adit.core.derp;

import static dev.adit.core.derp.DerpBench.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.testkit.Pieces;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.MeshKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Whatever a client sends, before or after it was admitted: nothing is thrown, queues stay within
/// their bounds, no packet is lost uncounted, and how the bytes were cut into pieces does not
/// matter.
class DerpServerSessionFuzzTest {
  private static final PrivateKey CLIENT = PrivateKey.generate(new Random(11));
  private static final PrivateKey OTHER = PrivateKey.generate(new Random(12));

  private static final MeshKey MESH = meshKey();

  /// Who sends the bytes.
  private enum Who {
    STRANGER,
    CLIENT,
    MESH_PEER
  }

  @FuzzTest
  void anyBytesOfAStranger(byte @NotNull @WithLength(max = 2048) [] stream) {
    var whole = run(List.of(stream), Who.STRANGER);
    assertThat(run(Pieces.of(stream), Who.STRANGER)).isEqualTo(whole);
    assertThat(run(Pieces.ofOneByte(stream), Who.STRANGER)).isEqualTo(whole);
  }

  @FuzzTest
  void anyBytesOfAMeshPeer(byte @NotNull @WithLength(max = 8192) [] stream) {
    var whole = run(List.of(stream), Who.MESH_PEER);
    assertThat(run(Pieces.of(stream), Who.MESH_PEER)).isEqualTo(whole);
  }

  private static MeshKey meshKey() {
    try {
      return MeshKey.parse("5a".repeat(32));
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  @FuzzTest
  void anyBytesOfAnAdmittedClient(byte @NotNull @WithLength(max = 8192) [] stream) {
    var whole = run(List.of(stream), Who.CLIENT);
    assertThat(run(Pieces.of(stream), Who.CLIENT)).isEqualTo(whole);
  }

  /// What became of the session, what the client was sent, and what another client was sent.
  private static List<String> run(List<byte[]> pieces, Who who) {
    var options = DerpServerOptions.DEFAULT.withMeshKey(MESH);
    var bench = new DerpBench(new OpenAdmission(), options);
    var other = bench.connect(OTHER);
    other.output.takes = false;
    var output = new TestOutput();
    var session = bench.session(output);
    if (who != Who.STRANGER) {
      received(session, clientInfo(bench, who == Who.MESH_PEER), bench);
      assertThat(session.client()).isEqualTo(CLIENT.publicKey());
    }
    pieces.forEach(piece -> received(session, piece, bench));

    List<String> seen = new ArrayList<>();
    long recvPackets = drain(session, output, bench, seen);
    other.output.takes = true;
    recvPackets += drain(other.server, other.output, bench, seen);
    session.timeReached(bench.now + 9 * SECOND);
    session.closed();
    assertThat(session.isEnded()).isTrue();
    seen.add(session.endReason() + " " + session.client() + " " + bench.counts);
    assertThat(
            bench.count(DerpCounter.PACKETS_RECEIVED)
                + bench.count(DerpCounter.PACKETS_FORWARDED_IN))
        .isEqualTo(
            recvPackets
                + bench.count(DropReason.UNKNOWN_DESTINATION)
                + bench.count(DropReason.UNKNOWN_DESTINATION_FORWARDED)
                + bench.count(DropReason.QUEUE_HEAD)
                + bench.count(DropReason.GONE));
    if (!other.server.isEnded()) { // a mesh peer may have closed it
      assertThat(bench.connected.keySet()).containsExactly(OTHER.publicKey());
    }
    assertThat(bench.router.check()).isEmpty();
    return seen;
  }

  private static void received(DerpServerSession session, byte[] bytes, DerpBench bench) {
    session.received(bytes, 0, bytes.length, bench.now);
  }

  /// How many packets came out.
  private static long drain(
      DerpServerSession session, TestOutput output, DerpBench bench, List<String> seen) {
    session.drain(bench.now);
    long packets = 0;
    for (byte[] frame : output.takeFrames()) {
      packets += frame[0] == 5 ? 1 : 0;
      seen.add(Text.hex(frame));
    }
    return packets;
  }

  private static byte[] clientInfo(DerpBench bench, boolean mesh) {
    var info = new ClientInfo(mesh ? MESH.bytes() : null, 2, true, false, "");
    try {
      return info.seal(CLIENT, bench.relayKey.publicKey(), new Random(5)).encode();
    } catch (CryptoException e) {
      throw new AssertionError(e);
    }
  }
}
