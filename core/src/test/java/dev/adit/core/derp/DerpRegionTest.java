package dev.adit.core.derp;

import static dev.adit.core.derp.DerpBench.SECOND;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.AllowList;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.DerpFrame.PeerGone;
import dev.adit.wire.derp.DerpFrame.PeerPresent;
import dev.adit.wire.derp.MeshKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a relay does with and for the other relays of its region.
class DerpRegionTest {
  private static final byte[] PROBE = Arrays.copyOf(HexFormat.of().parseHex("f5616470"), 40);
  private static final MeshKey MESH = meshKey("ab".repeat(32));

  private final DerpBench bench =
      new DerpBench(new OpenAdmission(), DerpServerOptions.DEFAULT.withMeshKey(MESH));
  private final Link one = new Link();
  private final Link two = new Link();
  private final PublicKey far = PrivateKey.generate(bench.random).publicKey();

  /// A link to another relay that keeps what it is given.
  private static final class Link implements Forwarder {
    final List<String> forwarded = new ArrayList<>();

    @Override
    public void forward(
        PublicKey source,
        PublicKey destination,
        byte[] bytes,
        int offset,
        int length,
        PacketKind kind) {
      forwarded.add(source + ">" + destination + " " + new String(bytes, offset, length, UTF_8));
    }
  }

  @Test
  void forwardsOnceToTheRelayThatHasTheClient() {
    var a = bench.connect();
    bench.router.addForwarder(far, one);
    bench.router.addForwarder(far, one);
    a.send(far, "hello".getBytes(UTF_8));
    assertThat(one.forwarded).containsExactly(a.publicKey() + ">" + far + " hello");
    assertThat(bench.count(DerpCounter.PACKETS_FORWARDED_OUT)).isEqualTo(1);
    assertThat(bench.count(DerpCounter.CLIENTS_REGION)).isEqualTo(2);
    assertThat(bench.count(DerpCounter.CLIENTS_LOCAL)).isEqualTo(1);
  }

  @Test
  void prefersTheEarlierOfTwoRelaysUntilItLosesTheClient() { // derp §17.27
    var a = bench.connect();
    bench.router.addForwarder(far, one);
    bench.router.addForwarder(far, two);
    a.send(far, "1".getBytes(UTF_8));
    assertThat(bench.count(DerpCounter.MULTIFORWARDERS_CREATED)).isEqualTo(1);
    bench.router.removeForwarder(far, one);
    a.send(far, "2".getBytes(UTF_8));
    assertThat(bench.count(DerpCounter.MULTIFORWARDERS_DELETED)).isEqualTo(1);
    bench.router.removeForwarder(far, one);
    assertThat(bench.count(DerpCounter.FORWARDERS_NOT_KNOWN)).isEqualTo(1);
    bench.router.addForwarder(far, one); // it restarted, and says everything again
    bench.router.addForwarder(far, one);
    a.send(far, "3".getBytes(UTF_8));
    assertThat(one.forwarded).hasSize(1);
    assertThat(two.forwarded).hasSize(2);
    bench.router.removeForwarder(far, one);
    bench.router.removeForwarder(far, two);
    bench.router.removeForwarder(far, two);
    assertThat(bench.connected).containsOnlyKeys(a.publicKey());
    a.send(far, "4".getBytes(UTF_8));
    assertThat(bench.count(DropReason.UNKNOWN_DESTINATION)).isEqualTo(1);
  }

  @Test
  void deliversHereWhileTheClientIsHereAndForwardsAgainAfterwards() { // derp §17.28
    var key = PrivateKey.generate(bench.random);
    var a = bench.connect();
    bench.router.addForwarder(key.publicKey(), one);
    var b = bench.connect(key);
    a.send(key.publicKey(), "here".getBytes(UTF_8));
    assertThat(b.texts()).containsExactly("here");
    b.leave();
    a.send(key.publicKey(), "there".getBytes(UTF_8));
    assertThat(one.forwarded).hasSize(1);
  }

  @Test
  void tellsOfADepartureOnlyWhenNothingLeadsToTheClientAnyMore() {
    var key = PrivateKey.generate(bench.random);
    var b = bench.connect();
    var a = bench.connect(key);
    a.send(b.publicKey(), "hello".getBytes(UTF_8));
    bench.router.addForwarder(key.publicKey(), one);
    a.leave();
    assertThat(b.heard(Event.PeerGone.class)).isEmpty();
    bench.router.removeForwarder(key.publicKey(), one);
    bench.carry();
    assertThat(b.heard(Event.PeerGone.class)).hasSize(1);
  }

  @Test
  void deliversAForwardedPacketUnderItsSourceAndNeverForwardsItOn() { // derp §17.13
    var b = bench.connect();
    var peer = new Peer(MESH);
    var source = PrivateKey.generate(bench.random).publicKey();
    peer.sends(new DerpFrame.ForwardPacket(source, b.publicKey(), "over".getBytes(UTF_8)));
    bench.carry();
    assertThat(b.heard(Event.Received.class).getFirst().source()).isEqualTo(source);
    bench.router.addForwarder(far, one);
    peer.sends(new DerpFrame.ForwardPacket(source, far, PROBE));
    assertThat(one.forwarded).isEmpty();
    assertThat(peer.hears()).containsExactly(new PeerGone(far, PeerGone.NOT_HERE));
    assertThat(bench.count(DropReason.UNKNOWN_DESTINATION_FORWARDED)).isEqualTo(1);
    assertThat(bench.count(DerpCounter.PACKETS_FORWARDED_IN)).isEqualTo(2);
  }

  @Test
  void thePacketsSourceIsToldToItsReceiverWhenItsRelayLosesIt() {
    var b = bench.connect();
    var peer = new Peer(MESH);
    bench.router.addForwarder(far, one);
    peer.sends(new DerpFrame.ForwardPacket(far, b.publicKey(), "over".getBytes(UTF_8)));
    bench.carry();
    bench.router.removeForwarder(far, one);
    bench.carry();
    assertThat(b.heard(Event.PeerGone.class)).containsExactly(new Event.PeerGone(far, true));
  }

  @Test
  void bothTheEnteringAndTheDeliveringRelayAskWhoMayTalk() {
    var a = PrivateKey.generate(bench.random);
    var b = PrivateKey.generate(bench.random);
    var list = new AllowList(Set.of(a.publicKey(), b.publicKey()));
    var strict = new DerpBench(list, DerpServerOptions.DEFAULT.withMeshKey(MESH));
    var here = strict.connect(a);
    strict.router.addForwarder(far, one);
    here.send(far, "out".getBytes(UTF_8));
    assertThat(one.forwarded).isEmpty();
    var peer = new Peer(MESH, strict, PrivateKey.generate(strict.random));
    peer.sends(new DerpFrame.ForwardPacket(far, a.publicKey(), "in".getBytes(UTF_8)));
    peer.sends(new DerpFrame.ForwardPacket(b.publicKey(), a.publicKey(), "ok".getBytes(UTF_8)));
    strict.carry();
    assertThat(here.texts()).containsExactly("ok");
  }

  @Test
  void tellsAWatcherOnceWhoIsHereAndThenWhoComesAndGoes() { // derp §17.15
    var a = bench.connect();
    var peer = new Peer(MESH);
    peer.sends(new DerpFrame.WatchConns());
    var own = new PeerPresent(peer.publicKey(), DerpBench.FROM, PeerPresent.MESH_PEER);
    assertThat(peer.hears())
        .containsExactlyInAnyOrder(
            own, new PeerPresent(a.publicKey(), DerpBench.FROM, PeerPresent.REGULAR));
    peer.sends(new DerpFrame.WatchConns());
    assertThat(peer.hears()).isEmpty();
    var twin = bench.connect(a.key);
    assertThat(peer.hears()).hasSize(1).first().isInstanceOf(PeerPresent.class);
    a.leave();
    assertThat(peer.hears()).isEmpty(); // derp §17.24
    twin.leave();
    assertThat(peer.hears()).containsExactly(new PeerGone(a.publicKey(), 0));
    assertThat(bench.count(DerpCounter.WATCHERS)).isEqualTo(1);
    peer.session.closed();
    assertThat(bench.count(DerpCounter.WATCHERS)).isZero();
  }

  @Test
  void aRelayThatDialsItselfHearsNothing() { // derp §17.6
    var self = new Peer(MESH, bench, bench.relayKey);
    self.sends(new DerpFrame.WatchConns());
    bench.connect();
    assertThat(self.hears()).isEmpty();
    assertThat(self.session.isEnded()).isFalse();
  }

  @Test
  void closesAllConnectionsOfAKey() {
    var a = bench.connect();
    var twin = bench.connect(a.key);
    var b = bench.connect();
    var peer = new Peer(MESH);
    peer.sends(new DerpFrame.ClosePeer(far));
    peer.sends(new DerpFrame.ClosePeer(a.publicKey()));
    bench.carry();
    assertThat(a.server.isEnded()).isTrue();
    assertThat(twin.server.isEnded()).isTrue();
    assertThat(b.server.isEnded()).isFalse();
    assertThat(bench.count(DerpCounter.CLOSED_BY_PEER)).isEqualTo(2);
    assertThat(bench.count(DerpCounter.CLOSE_PEER_ASKED)).isEqualTo(2);
  }

  @Test
  void aWrongMeshKeyIsNoneAndZerosOpenNothing() { // derp §17.7
    var zeros = DerpServerOptions.DEFAULT.withMeshKey(meshKey("00".repeat(32)));
    var off = new DerpBench(new OpenAdmission(), zeros);
    for (var peer :
        List.of(
            new Peer(meshKey("ac" + "ab".repeat(31))),
            new Peer(meshKey("00".repeat(32))),
            new Peer(meshKey("00".repeat(32)), off, PrivateKey.generate(off.random)),
            new Peer(MESH, off, PrivateKey.generate(off.random)))) {
      assertThat(peer.session.isEnded()).isFalse();
      peer.sends(new DerpFrame.WatchConns()); // derp §17.12
      assertThat(peer.session.isEnded()).isTrue();
    }
  }

  @Test
  void privilegedFramesHaveExactSizes() { // derp §17.9, derp §17.10
    for (byte[] bad :
        List.of(
            new byte[] {Derp.WATCH_CONNS, 0, 0, 0, 1},
            new byte[] {Derp.CLOSE_PEER, 0, 0, 0, 31},
            new byte[] {Derp.CLOSE_PEER, 0, 0, 0, 33},
            new byte[] {Derp.FORWARD_PACKET, 0, 0, 0, 63},
            new byte[] {Derp.FORWARD_PACKET, 0, 1, 0, 65},
            new byte[] {Derp.FORWARD_PACKET, -1, -1, -1, -1})) {
      var peer = new Peer(MESH);
      peer.session.received(bad, 0, bad.length, bench.now);
      assertThat(peer.session.isEnded()).as(HexFormat.of().formatHex(bad)).isTrue();
    }
    var peer = new Peer(MESH);
    var b = bench.connect();
    peer.sends(new DerpFrame.ForwardPacket(far, b.publicKey(), new byte[65_536]));
    bench.carry();
    assertThat(b.heard(Event.Received.class).getFirst().packet()).hasSize(65_536);
  }

  @Test
  void aMeshPeerNeedsNoAdmissionAndHasThirtySecondsToRead() {
    var strict = new DerpBench(new AllowList(Set.of()), bench.router.options());
    var peer = new Peer(MESH, strict, PrivateKey.generate(strict.random));
    assertThat(peer.session.client()).isNotNull();
    peer.output.takes = false;
    peer.session.drain(strict.now);
    peer.session.timeReached(strict.now + 30 * SECOND - 1);
    assertThat(peer.session.isEnded()).isFalse();
    peer.session.timeReached(strict.now + 30 * SECOND);
    assertThat(peer.session.isEnded()).isTrue();
  }

  @Test
  void aLinkThatStandsStillDropsItsOldestAndDelaysNobody() { // derp §17.19, derp §17.20
    int[] wakes = {0};
    var queue = new ForwardQueue(() -> wakes[0]++);
    for (int i = 0; i < 300; i++) {
      queue.forward(far, far, new byte[] {(byte) i}, 0, 1, PacketKind.OTHER);
    }
    assertThat(queue.dropped()).isEqualTo(44);
    assertThat(wakes[0]).isEqualTo(1);
    byte[] first = queue.poll();
    assertThat(first).isEqualTo(new DerpFrame.ForwardPacket(far, far, new byte[] {44}).encode());
    queue.close();
    queue.forward(far, far, new byte[1], 0, 1, PacketKind.OTHER);
    assertThat(queue.poll()).isNull();
    assertThat(queue.dropped()).isEqualTo(300);
    assertThat(ForwardQueue.WRITE_LIMIT_NANOS).isEqualTo(5 * SECOND);
  }

  /// A client with a mesh key, past its handshake.
  private final class Peer {
    final PrivateKey key;
    final TestOutput output = new TestOutput();
    final DerpServerSession session;
    private final DerpBench bench;

    Peer(MeshKey meshKey) {
      this(
          meshKey,
          DerpRegionTest.this.bench,
          PrivateKey.generate(DerpRegionTest.this.bench.random));
    }

    Peer(MeshKey meshKey, DerpBench bench, PrivateKey key) {
      this.bench = bench;
      this.key = key;
      session = bench.session(output);
      var info = new ClientInfo(meshKey.bytes(), 2, true, false, "");
      try {
        sends(info.seal(key, bench.relayKey.publicKey(), bench.random));
      } catch (CryptoException e) {
        throw new AssertionError(e);
      }
      session.drain(bench.now);
      assertThat(output.takeFrames()).hasSize(2);
    }

    PublicKey publicKey() {
      return key.publicKey();
    }

    void sends(DerpFrame frame) {
      byte[] bytes = frame.encode();
      session.received(bytes, 0, bytes.length, bench.now);
    }

    List<DerpFrame> hears() {
      session.drain(bench.now);
      List<DerpFrame> frames = new ArrayList<>();
      for (byte[] frame : output.takeFrames()) {
        try {
          frames.add(DerpFrame.decode(frame));
        } catch (MalformedException e) {
          throw new AssertionError(e);
        }
      }
      return frames;
    }
  }

  private static MeshKey meshKey(String hex) {
    try {
      return MeshKey.parse(hex);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
