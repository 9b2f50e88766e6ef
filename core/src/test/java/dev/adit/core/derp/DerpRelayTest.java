package dev.adit.core.derp;

import static dev.adit.core.derp.DerpBench.SECOND;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.Admission;
import dev.adit.core.admission.AllowList;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.ServerInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DerpRelayTest {
  private static final byte[] PROBE = Arrays.copyOf(HexFormat.of().parseHex("f5616470"), 40);

  private final DerpBench bench = new DerpBench(new OpenAdmission());

  @Test
  void admitsAClientThatProvesItsKey() {
    var a = bench.connect();
    assertThat(a.client.isAdmitted()).isTrue();
    assertThat(a.client.server()).isEqualTo(bench.relayKey.publicKey());
    assertThat(a.events).containsExactly(new Event.Admitted(ServerInfo.OURS));
    assertThat(bench.count(DerpCounter.CONNECTIONS)).isEqualTo(1);
  }

  @Test
  void carriesPacketsUnderTheSendersProvenKey() { // derp §17.13
    var a = bench.connect();
    var b = bench.connect();
    a.send(b.publicKey(), "hello".getBytes(UTF_8));
    b.send(a.publicKey(), new byte[0]);
    b.send(b.publicKey(), "myself".getBytes(UTF_8));
    var received = b.heard(Event.Received.class);
    assertThat(received.getFirst().source()).isEqualTo(a.publicKey());
    assertThat(b.texts()).containsExactly("hello", "myself");
    assertThat(a.texts()).containsExactly("");
    assertThat(bench.count(DerpCounter.BYTES_SENT)).isEqualTo(11);
  }

  @Test
  void endsAConnectionWhoseBoxDoesNotOpen() // derp §17.3
      throws Exception {
    var a = bench.session(new TestOutput());
    var liar = PrivateKey.generate(bench.random);
    byte[] sealed =
        NaclBox.between(liar, bench.relayKey.publicKey())
            .seal(ClientInfo.OURS.toJson().getBytes(UTF_8), bench.random);
    var claimed = PrivateKey.generate(bench.random).publicKey();
    byte[] frame = new DerpFrame.ClientInfoBox(claimed, sealed).encode();
    a.received(frame, 0, frame.length, 1);
    assertThat(a.isEnded()).isTrue();
    assertThat(bench.connected).isEmpty();
    assertThat(bench.count(DerpCounter.HANDSHAKE_FAILURES)).isEqualTo(1);
  }

  @Test
  void endsAConnectionWithAKeyThatAnybodyCouldProve() { // derp §17.3, derp §17.5
    byte[] highBit = PrivateKey.generate(bench.random).publicKey().bytes();
    highBit[31] |= (byte) 0x80;
    byte[] one = new byte[32];
    one[0] = 1;
    for (byte[] bad : List.of(new byte[32], one, highBit)) {
      var session = bench.session(new TestOutput());
      byte[] frame = new DerpFrame.ClientInfoBox(PublicKey.of(bad), new byte[80]).encode();
      session.received(frame, 0, frame.length, 1);
      assertThat(session.isEnded()).isTrue();
    }
    assertThat(bench.connected).isEmpty();
  }

  @Test
  void endsAConnectionThatSaysNothingForTenSeconds() { // derp §17.2
    var session = bench.session(new TestOutput());
    assertThat(session.wakeAt()).isEqualTo(1 + 10 * SECOND);
    session.timeReached(10 * SECOND);
    assertThat(session.isEnded()).isFalse();
    session.timeReached(1 + 10 * SECOND);
    assertThat(session.isEnded()).isTrue();
    assertThat(bench.count(DerpCounter.HANDSHAKE_TIMEOUTS)).isEqualTo(1);
  }

  @Test
  void endsAConnectionOfAKeyThatIsNotAdmitted() {
    var inside = PrivateKey.generate(bench.random);
    var list = new AllowList(Set.of(inside.publicKey()));
    var closed = new DerpBench(list);
    var stranger = closed.connect(PrivateKey.generate(new Random(7)));
    assertThat(stranger.server.isEnded()).isTrue();
    assertThat(stranger.events).isEmpty();
    assertThat(closed.count(DerpCounter.NOT_ADMITTED)).isEqualTo(1);
    assertThat(closed.connect(inside).client.isAdmitted()).isTrue();
  }

  @Test
  void treatsWhoIsNotAllowedExactlyAsAbsent() {
    var strict = new DerpBench(new Strangers());
    var a = strict.connect();
    var b = strict.connect();
    a.send(b.publicKey(), "data".getBytes(UTF_8));
    a.send(b.publicKey(), PROBE);
    assertThat(b.events).hasSize(1);
    assertThat(a.heard(Event.PeerGone.class))
        .containsExactly(new Event.PeerGone(b.publicKey(), false));
    assertThat(strict.count(DropReason.UNKNOWN_DESTINATION)).isEqualTo(2);
  }

  /// Everybody may connect, nobody may talk.
  private static final class Strangers implements Admission {
    @Override
    public boolean admits(PublicKey key) {
      return true;
    }

    @Override
    public boolean allows(PublicKey a, PublicKey b) {
      return false;
    }

    @Override
    public void onRevoked(Consumer<Set<PublicKey>> listener) {}
  }

  @Test
  void endsConnectionsOfAKeyThatIsNoLongerAdmitted() {
    var key = PrivateKey.generate(bench.random);
    var other = PrivateKey.generate(bench.random);
    var list = new AllowList(Set.of(key.publicKey(), other.publicKey()));
    var closed = new DerpBench(list);
    var a = closed.connect(key);
    var b = closed.connect(other);
    b.send(a.publicKey(), "one".getBytes(UTF_8));
    int wakes = a.output.wakes;
    assertThat(closed.router.isRevoking()).isFalse();
    list.replace(Set.of(other.publicKey()));
    assertThat(a.output.wakes).isEqualTo(wakes + 1);
    assertThat(closed.router.isRevoking()).as("its thread has not seen it").isTrue();
    b.send(a.publicKey(), "two".getBytes(UTF_8));
    assertThat(a.texts()).containsExactly("one");
    assertThat(a.server.isEnded()).isTrue();
    assertThat(closed.router.isRevoking()).isFalse();
    assertThat(closed.connected).containsOnlyKeys(b.publicKey());
  }

  @Test
  void answersProbesForAbsentPeersThreeTimesAndThenOnceASecond() { // derp §17.18
    var a = bench.connect();
    var absent = PrivateKey.generate(bench.random).publicKey();
    a.send(absent, "data".getBytes(UTF_8));
    assertThat(a.heard(Event.PeerGone.class)).isEmpty();
    for (int i = 0; i < 10; i++) {
      a.send(absent, PROBE);
    }
    assertThat(a.heard(Event.PeerGone.class))
        .hasSize(3)
        .contains(new Event.PeerGone(absent, false));
    bench.advance(SECOND);
    a.send(absent, PROBE);
    a.send(absent, PROBE);
    assertThat(a.heard(Event.PeerGone.class)).hasSize(4);
    assertThat(bench.count(DropReason.UNKNOWN_DESTINATION)).isEqualTo(13);
  }

  @Test
  void tellsTheReceiverEachTimeASenderLeaves() {
    var key = PrivateKey.generate(bench.random);
    var b = bench.connect();
    for (int times = 1; times <= 3; times++) {
      var a = bench.connect(key);
      a.send(b.publicKey(), "hello".getBytes(UTF_8));
      a.send(b.publicKey(), "again".getBytes(UTF_8));
      a.leave();
      assertThat(b.heard(Event.PeerGone.class))
          .hasSize(times)
          .contains(new Event.PeerGone(key.publicKey(), true));
    }
    assertThat(bench.count(DerpCounter.PEER_GONE_DISCONNECTED)).isEqualTo(3);
  }

  @Test
  void saysNothingOfTheReceiversLeavingToTheSender() {
    var a = bench.connect();
    var b = bench.connect();
    a.send(b.publicKey(), "hello".getBytes(UTF_8));
    b.leave();
    assertThat(a.heard(Event.PeerGone.class)).isEmpty();
  }

  @Test
  void tellsOfASenderThatLeftBeforeItsPacketWasWritten() {
    var a = bench.connect();
    var b = bench.connect();
    b.output.takes = false;
    a.send(b.publicKey(), "hello".getBytes(UTF_8));
    a.leave();
    b.output.takes = true;
    bench.carry();
    assertThat(b.texts()).containsExactly("hello");
    assertThat(b.heard(Event.PeerGone.class)).hasSize(1);
  }

  @Test
  void deliversToTheConnectionOfAKeyThatSpokeLast() { // derp §17.23, derp §17.26
    var key = PrivateKey.generate(bench.random);
    var sender = bench.connect();
    var old = bench.connect(key);
    var newer = bench.connect(key);
    assertThat(bench.count(DerpCounter.DUPLICATE_CONNECTIONS)).isEqualTo(2);
    sender.send(key.publicKey(), "to the newest".getBytes(UTF_8));
    old.raw(old.client.ping(bench.now, 5 * SECOND));
    sender.send(key.publicKey(), "to who spoke".getBytes(UTF_8));
    assertThat(newer.texts()).containsExactly("to the newest");
    assertThat(old.texts()).containsExactly("to who spoke");
    old.leave();
    sender.send(key.publicKey(), "to who is left".getBytes(UTF_8));
    assertThat(newer.texts()).containsExactly("to the newest", "to who is left");
    assertThat(bench.count(DerpCounter.DUPLICATE_CONNECTIONS)).isZero();
    assertThat(bench.count(DerpCounter.CONNECTIONS)).isEqualTo(2);
  }

  @Test
  void whatWaitsForAnOldConnectionIsLostWhenTheDeviceHasMoved() { // derp §17.25
    var key = PrivateKey.generate(bench.random);
    var sender = bench.connect();
    var old = bench.connect(key);
    old.output.takes = false;
    sender.send(key.publicKey(), "lost".getBytes(UTF_8));
    var newer = bench.connect(key);
    sender.send(key.publicKey(), "arrives".getBytes(UTF_8));
    assertThat(newer.texts()).containsExactly("arrives");
    assertThat(old.server.isEnded()).isFalse();
    bench.advance(2 * SECOND);
    assertThat(old.server.isEnded()).isTrue();
    assertThat(bench.count(DropReason.GONE)).isEqualTo(1);
    assertThat(sender.heard(Event.PeerGone.class)).isEmpty();
  }

  @Test
  void measuresHowLongPacketsWait() {
    var a = bench.connect();
    a.send(a.publicKey(), "at once".getBytes(UTF_8));
    a.output.takes = false;
    a.send(a.publicKey(), "later".getBytes(UTF_8));
    bench.now += SECOND;
    a.output.takes = true;
    bench.carry();
    assertThat(a.texts()).containsExactly("at once", "later");
    assertThat(bench.count(DerpCounter.PACKETS_QUEUED)).isEqualTo(1);
    assertThat(bench.count(DerpCounter.QUEUE_NANOS)).isEqualTo(SECOND);
  }

  @Test
  void tellsDevicesThatShareAKeyButNotOneThatHasMoved() {
    var key = PrivateKey.generate(bench.random);
    var old = bench.connect(key);
    var newer = bench.connect(key);
    var both = List.of(old, newer);
    for (int i = 0; i < 3; i++) {
      var speaks = both.get(i % 2);
      speaks.raw(speaks.client.ping(bench.now, SECOND));
    }
    assertThat(old.heard(Event.Health.class)).isEmpty();
    newer.raw(newer.client.ping(bench.now, SECOND));
    assertThat(old.heard(Event.Health.class)).hasSize(1);
    assertThat(newer.heard(Event.Health.class)).hasSize(1);
    newer.leave();
    assertThat(old.heard(Event.Health.class)).hasSize(2).contains(new Event.Health(""));
    assertThat(bench.router.check()).isEmpty();
  }

  @Test
  void saysNothingWhenOneOfTwoConnectionsEnds() { // derp §17.24
    var key = PrivateKey.generate(bench.random);
    var b = bench.connect();
    var old = bench.connect(key);
    old.send(b.publicKey(), "hello".getBytes(UTF_8));
    var newer = bench.connect(key);
    old.leave();
    assertThat(b.heard(Event.PeerGone.class)).isEmpty();
    newer.leave();
    assertThat(b.heard(Event.PeerGone.class)).hasSize(1);
    assertThat(bench.connected).containsOnlyKeys(b.publicKey());
  }

  @Test
  void endsTheLongestSilentOfTooManyConnections() {
    var key = PrivateKey.generate(bench.random);
    var first = bench.connect(key);
    for (int i = 0; i < RegionEntry.MOST_MEMBERS; i++) {
      assertThat(first.server.isEnded()).isFalse();
      bench.connect(key);
    }
    assertThat(first.server.isEnded()).isTrue();
    assertThat(bench.count(DerpCounter.CONNECTIONS)).isEqualTo(RegionEntry.MOST_MEMBERS);
    bench.links.forEach(DerpBench.Link::leave);
    assertThat(bench.count(DerpCounter.CONNECTIONS)).isZero();
    assertThat(bench.count(DerpCounter.DUPLICATE_CONNECTIONS)).isZero();
    assertThat(bench.connected).isEmpty();
  }

  /// derp §15, `TS_DEBUG_VERBOSE_DROPS`: for the keys that somebody named, and no others.
  @Test
  void tellsOfDroppedPacketsForTheKeysThatAreWatched() {
    var a = bench.connect();
    var b = bench.connect();
    var nobody = PrivateKey.generate(bench.random).publicKey();
    var told = new ArrayList<String>();
    bench.router.watchDrops(
        Set.of(b.publicKey(), nobody),
        (destination, reason, packets) ->
            told.add((destination.equals(nobody) ? "nobody " : "b ") + reason + " " + packets));
    a.send(nobody, "x".getBytes(UTF_8));
    a.send(PrivateKey.generate(bench.random).publicKey(), "x".getBytes(UTF_8));
    b.output.takes = false;
    for (int i = 0; i < 34; i++) {
      a.send(b.publicKey(), "x".getBytes(UTF_8));
    }
    b.leave();
    assertThat(told)
        .containsExactly(
            "nobody UNKNOWN_DESTINATION 1", "b QUEUE_HEAD 1", "b QUEUE_HEAD 1", "b GONE 32");
  }

  @Test
  void dropsTheOldestWhenAReceiverIsSlowAndWakesItOnce() { // derp §17.17
    var a = bench.connect();
    var b = bench.connect();
    b.output.takes = false;
    int wakes = b.output.wakes;
    for (int i = 0; i < 40; i++) {
      a.send(b.publicKey(), ("packet " + i).getBytes(UTF_8));
    }
    for (int i = 0; i < 40; i++) {
      a.send(b.publicKey(), PROBE);
    }
    assertThat(b.output.wakes).isEqualTo(wakes + 1);
    assertThat(bench.count(DropReason.QUEUE_HEAD)).isEqualTo(16);
    b.output.takes = true;
    bench.carry();
    var received = b.heard(Event.Received.class);
    assertThat(received).hasSize(64);
    assertThat(received.getFirst().packet()).isEqualTo(PROBE);
    assertThat(b.texts()).contains("packet 8", "packet 39").doesNotContain("packet 7");
    assertThat(b.texts().subList(0, 9)).contains("packet 8");
  }

  @Test
  void endsAClientThatTakesNothingForTwoSeconds() { // derp §17.17
    var a = bench.connect();
    a.output.takes = false;
    bench.carry();
    bench.advance(2 * SECOND - 1);
    a.output.progressed = true; // slow, but not dead
    bench.advance(1);
    bench.advance(2 * SECOND - 1);
    assertThat(a.server.isEnded()).isFalse();
    bench.advance(1);
    assertThat(a.server.isEnded()).isTrue();
    assertThat(bench.count(DerpCounter.WRITE_TIMEOUTS)).isEqualTo(1);
  }

  /// Nothing but a keep-alive waits for it, as nobody writes to it.
  @Test
  void endsADeafClientToWhomNobodySends() { // derp §17.17
    var a = bench.connect();
    a.output.takes = false;
    for (int i = 0; i < 70 && !a.server.isEnded(); i++) {
      bench.advance(SECOND);
    }
    assertThat(a.server.isEnded()).isTrue();
    assertThat(bench.count(DerpCounter.WRITE_TIMEOUTS)).isEqualTo(1);
    assertThat(bench.connected).isEmpty();
  }

  @Test
  void keepsIdleConnectionsAliveAboutOnceAMinute() {
    var a = bench.connect();
    for (int i = 0; i < 600; i++) {
      bench.advance(SECOND);
    }
    assertThat(bench.count(DerpCounter.KEEP_ALIVES_SENT)).isBetween(9L, 10L);
    assertThat(a.client.isAdmitted()).isTrue();
    bench.now += 121 * SECOND;
    a.client.timeReached(bench.now);
    bench.carry();
    assertThat(a.heard(Event.Failed.class)).hasSize(1);
  }

  @Test
  void answersOnePingAtATime() { // derp §17.14
    var a = bench.connect();
    byte[] ping = a.client.ping(bench.now, 5 * SECOND);
    a.output.takes = false;
    a.raw(new DerpFrame.Ping(1).encode());
    a.raw(ping);
    a.output.takes = true;
    bench.carry();
    bench.advance(5 * SECOND);
    assertThat(a.heard(Event.PingLost.class)).hasSize(1);
    byte[] next = a.client.ping(bench.now, 5 * SECOND);
    bench.now += 1000;
    a.raw(next);
    assertThat(a.heard(Event.PingAnswered.class)).containsExactly(new Event.PingAnswered(1000));
    assertThat(bench.count(DerpCounter.PONGS_SENT)).isEqualTo(2);
  }

  @Test
  void countsHomes() {
    var a = bench.connect();
    a.raw(DerpClientSession.preferred(true));
    a.raw(DerpClientSession.preferred(true));
    assertThat(bench.count(DerpCounter.HOME_CONNECTIONS)).isEqualTo(1);
    a.leave();
    assertThat(bench.count(DerpCounter.HOME_CONNECTIONS)).isZero();
    var mover = bench.connect();
    bench.advance(5 * SECOND);
    mover.raw(DerpClientSession.preferred(true));
    assertThat(bench.count(DerpCounter.HOME_MOVES_IN)).isZero();
    bench.advance(1);
    mover.raw(DerpClientSession.preferred(false));
    mover.raw(DerpClientSession.preferred(true));
    mover.leave();
    assertThat(bench.count(DerpCounter.HOME_MOVES_IN)).isEqualTo(1);
    assertThat(bench.count(DerpCounter.HOME_MOVES_OUT)).isEqualTo(1);
    assertThat(bench.count(DerpCounter.HOME_CONNECTIONS)).isZero();
  }

  @Test
  void skipsUnknownFramesAndEndsOnForbiddenOnes() { // derp §17.9, derp §17.11, derp §17.12
    var key = PublicKey.of(new byte[32]);
    var a = bench.connect();
    a.raw(new DerpFrame.Unknown(0x55).encode());
    a.raw(new DerpFrame.Pong(1).encode());
    a.raw(new DerpFrame.RecvPacket(key, new byte[9]).encode());
    assertThat(a.server.isEnded()).isFalse();
    for (var bad :
        List.of(
            new DerpFrame.WatchConns().encode(),
            new DerpFrame.ClosePeer(key).encode(),
            Arrays.copyOf(new DerpFrame.ForwardPacket(key, key, new byte[5]).encode(), 5),
            new byte[] {Derp.PING, 0, 0, 0, 7},
            new byte[] {Derp.SEND_PACKET, 0, 0, 0, 31},
            new byte[] {0x55, -1, -1, -1, -1})) {
      var link = bench.connect();
      link.raw(bad);
      assertThat(link.server.isEnded()).as(HexFormat.of().formatHex(bad)).isTrue();
    }
    assertThat(bench.count(DerpCounter.PROTOCOL_ERRORS)).isEqualTo(6);
  }

  @Test
  void survivesAnyBytesFromClients() {
    var random = new Random(9);
    var peer = bench.connect();
    for (int round = 0; round < 300; round++) {
      var link = bench.connect();
      for (int i = 0; i < 20; i++) {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        if (bytes.length > 45 && random.nextBoolean()) {
          bytes[0] = (byte) (4 + random.nextInt(20));
          bytes[1] = 0;
          bytes[2] = 0;
          bytes[3] = 0;
          bytes[4] = (byte) random.nextInt(bytes.length - 5);
          peer.publicKey().copyTo(bytes, 5);
        }
        link.raw(bytes);
      }
      link.leave();
    }
    peer.leave();
    assertThat(bench.connected).isEmpty();
    assertThat(bench.count(DerpCounter.CONNECTIONS)).isZero();
  }
}
