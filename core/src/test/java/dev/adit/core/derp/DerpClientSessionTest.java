package dev.adit.core.derp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PrivateKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.ServerInfo;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DerpClientSessionTest {
  private static final long SECOND = 1_000_000_000L;

  private final Random random = new Random(1);
  private final PrivateKey own = PrivateKey.generate(random);
  private final PrivateKey relay = PrivateKey.generate(random);
  private final DerpClientSession session =
      new DerpClientSession(own, relay.publicKey(), random, 0);

  @Test
  void failsAtOnceWhenTheRelayHasAnotherKey() {
    hears(new DerpFrame.ServerKey(PrivateKey.generate(random).publicKey()));
    assertThat(session.poll()).isInstanceOf(Event.Failed.class);
    assertThat(session.poll()).isNull();
  }

  @Test
  void failsWhenTheServerIsNoDerpServer() {
    byte[] http = "HTTP/1.1 200 OK\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    session.received(http, 0, http.length, 0);
    assertThat(session.poll()).isInstanceOf(Event.Failed.class);
  }

  @Test
  void failsWhenTheHandshakeTakesTenSeconds() {
    hears(new DerpFrame.ServerKey(relay.publicKey()));
    assertThat(session.poll()).isInstanceOf(Event.Write.class);
    assertThat(session.wakeAt()).isEqualTo(10 * SECOND);
    session.timeReached(10 * SECOND);
    assertThat(session.poll()).isInstanceOf(Event.Failed.class);
    assertThat(session.wakeAt()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void failsOnAServerInfoThatDoesNotOpen() throws Exception {
    hears(new DerpFrame.ServerKey(relay.publicKey()));
    assertThat(session.poll()).isInstanceOf(Event.Write.class);
    var stranger = PrivateKey.generate(random);
    hears(ServerInfo.OURS.seal(NaclBox.between(stranger, own.publicKey()), random));
    assertThat(session.poll()).isInstanceOf(Event.Failed.class);
  }

  @Test
  void dropsWhatExceedsTheRelaysLimit() throws Exception {
    admit(new ServerInfo(2, 1000, 70_000));
    var to = relay.publicKey();
    assertThat(session.packet(to, new byte[65_536], 0, 65_536, 0)).isNotNull();
    assertThat(session.packet(to, new byte[65_536], 0, 65_536, 0)).isNull();
    assertThat(session.packet(to, new byte[500], 0, 500, 0)).isNotNull();
    assertThat(session.packet(to, new byte[65_536], 0, 65_536, 70 * SECOND)).isNotNull();
  }

  @Test
  void answersPingsAndTellsOfHealthAndRestarts() throws Exception {
    admit(ServerInfo.OURS);
    hears(new DerpFrame.Ping(77));
    assertThat(session.poll())
        .isInstanceOfSatisfying(
            Event.Write.class,
            write -> assertThat(write.bytes()).isEqualTo(new DerpFrame.Pong(77).encode()));
    hears(new DerpFrame.Health("overloaded"));
    hears(new DerpFrame.Restarting(5, 6));
    hears(new DerpFrame.Pong(123));
    assertThat(session.poll()).isEqualTo(new Event.Health("overloaded"));
    assertThat(session.poll()).isEqualTo(new Event.Restarting(5, 6));
    assertThat(session.poll()).isEqualTo(new Event.Ponged(123));
    assertThat(session.poll()).isNull();
  }

  @Test
  void aPingThatIsNotAnsweredInTimeIsLostOnce() throws Exception {
    admit(ServerInfo.OURS);
    byte[] unused = session.ping(SECOND, 5 * SECOND);
    byte[] asked = session.ping(10 * SECOND, 2 * SECOND); // takes the place of the first
    assertThat(asked).isNotEqualTo(unused);
    assertThat(session.wakeAt()).isEqualTo(12 * SECOND);
    session.timeReached(12 * SECOND - 1);
    assertThat(session.isAsking()).isTrue();
    session.timeReached(12 * SECOND);
    assertThat(session.isAsking()).isFalse();
    assertThat(session.poll()).isEqualTo(new Event.PingLost());
    session.timeReached(13 * SECOND);
    assertThat(session.poll()).isNull();
  }

  @Test
  void failsAfterTwoMinutesWithoutAFrame() throws Exception {
    admit(ServerInfo.OURS);
    byte[] keepAlive = new DerpFrame.KeepAlive().encode();
    session.received(keepAlive, 0, keepAlive.length, 100 * SECOND);
    assertThat(session.poll()).isEqualTo(new Event.KeepAlive());
    session.timeReached(219 * SECOND);
    assertThat(session.poll()).isNull();
    session.timeReached(220 * SECOND);
    assertThat(session.poll()).isInstanceOf(Event.Failed.class);
    assertThat(session.isAdmitted()).isFalse();
  }

  @Test
  void saysWhoItIsAtOnceToARelayItKnowsAndSkipsItsServerKey() throws Exception {
    byte[] meshKey = new byte[32];
    meshKey[0] = 1;
    var info = new ClientInfo(meshKey, 2, false, true, "probe");
    var session = DerpClientSession.toKnown(own, info, relay.publicKey(), random, 0);
    var first = (Event.Write) Objects.requireNonNull(session.poll());
    var box = (DerpFrame.ClientInfoBox) DerpFrame.decode(first.bytes());
    var told = ClientInfo.open(box, NaclBox.between(relay, own.publicKey()));
    assertThat(told.meshKey()).isEqualTo(meshKey);
    assertThat(told.isProber()).isTrue();
    assertThat(told.appName()).isEqualTo("probe");
    hears(session, new DerpFrame.ServerKey(PrivateKey.generate(random).publicKey()));
    hears(session, ServerInfo.OURS.seal(NaclBox.between(relay, own.publicKey()), random));
    hears(session, new DerpFrame.Ping(5));
    assertThat(session.poll()).isEqualTo(new Event.Admitted(ServerInfo.OURS));
    assertThat(session.poll()).as("it did not promise pongs").isEqualTo(new Event.Pinged(5));
    assertThat(session.poll()).isNull();
  }

  @Test
  void keepsToALimitThatChanges() throws Exception {
    admit(ServerInfo.OURS);
    var limit = new ServerInfo(2, 1000, 70_000);
    hears(limit.seal(NaclBox.between(relay, own.publicKey()), random));
    assertThat(session.poll()).isEqualTo(new Event.LimitChanged(limit));
    var to = relay.publicKey();
    assertThat(session.packet(to, new byte[65_536], 0, 65_536, 0)).isNotNull();
    assertThat(session.packet(to, new byte[65_536], 0, 65_536, 0)).isNull();
    hears(ServerInfo.OURS.seal(NaclBox.between(relay, own.publicKey()), random));
    assertThat(session.packet(to, new byte[65_536], 0, 65_536, 0)).isNotNull();
  }

  @Test
  void tellsAWatcherWhoComesAndGoes() throws Exception {
    admit(ServerInfo.OURS);
    var peer = PrivateKey.generate(random).publicKey();
    var from = Endpoint.literal("192.0.2.7:41641");
    hears(new DerpFrame.PeerPresent(peer, from, 1));
    hears(new DerpFrame.PeerGone(peer, DerpFrame.PeerGone.DISCONNECTED));
    assertThat(session.poll()).isEqualTo(new Event.PeerPresent(peer, from, 1));
    assertThat(session.poll()).isEqualTo(new Event.PeerGone(peer, true));
  }

  /// derp §17.16: a frame of more than 1 MiB ends the connection, a packet that is too long is
  /// skipped, never cut.
  @Test
  void takesNoFrameOfMoreThanAMebibyteAndNoPacketThatIsTooLong() throws Exception {
    admit(ServerInfo.OURS);
    byte[] tooLong = new byte[5 + 32 + 65_537];
    tooLong[0] = Derp.RECV_PACKET;
    tooLong[2] = 1;
    tooLong[4] = 33;
    session.received(tooLong, 0, tooLong.length, 0);
    assertThat(session.poll()).isNull();
    assertThat(session.isAdmitted()).isTrue();
    byte[] header = {Derp.RECV_PACKET, 0, 16, 0, 1};
    session.received(header, 0, header.length, 0);
    assertThat(session.poll()).isInstanceOf(Event.Failed.class);
  }

  @Test
  void survivesAnyBytesFromARelay() throws Exception {
    for (int round = 0; round < 500; round++) {
      var session = new DerpClientSession(own, null, random, 0);
      byte[] key = new DerpFrame.ServerKey(relay.publicKey()).encode();
      session.received(key, 0, key.length, 0);
      byte[] bytes = new byte[random.nextInt(400)];
      random.nextBytes(bytes);
      if (bytes.length > 5) {
        System.arraycopy(HexFormat.of().parseHex("00000000"), 0, bytes, 1, 3);
        bytes[0] = (byte) random.nextInt(0x16);
      }
      session.received(bytes, 0, bytes.length, 0);
      for (var event = session.poll(); event != null; event = session.poll()) {
        assertThat(event.toString()).isNotEmpty();
      }
    }
  }

  private void admit(ServerInfo info) throws Exception {
    hears(new DerpFrame.ServerKey(relay.publicKey()));
    hears(info.seal(NaclBox.between(relay, own.publicKey()), random));
    assertThat(session.poll()).isInstanceOf(Event.Write.class);
    @Nullable Event admitted = session.poll();
    assertThat(admitted).isEqualTo(new Event.Admitted(info));
  }

  private void hears(DerpFrame frame) {
    hears(session, frame);
  }

  private static void hears(DerpClientSession session, DerpFrame frame) {
    byte[] bytes = frame.encode();
    session.received(bytes, 0, bytes.length, 0);
  }
}
