package dev.adit.systemtests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// What a client may expect of any DERP server; each may be Tailscale's or ours.
abstract class ClientRules extends ClientsOfOneServer {
  private static final int LARGEST = 65_536;
  private static final String WRONG_KEY = "1" + DerpServer.MESH_KEY.substring(1);
  private static final String SHARED_KEY =
      "privkey:4042434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60";

  // --- packets

  @Test
  void packetsArriveFromWhoSentThem() {
    TestClient a = open("a");
    TestClient b = open("b");
    a.send(b, HELLO);
    Event.Packet packet = b.packet();
    assertThat(packet.peer()).isEqualTo(a.key());
    assertThat(packet.data()).isEqualTo(HELLO);
    b.send(a, new byte[0]);
    assertThat(a.packet().length()).isZero();
  }

  @Test
  void aClientMaySendToItself() {
    TestClient a = open("a");
    a.send(a, HELLO);
    assertThat(a.packet().peer()).isEqualTo(a.key());
  }

  @Test
  void theLargestPacketArrivesWhole() {
    TestClient a = open("a");
    TestClient b = open("b");
    a.send(b, CountingBytes.of(LARGEST));
    Event.Packet packet = b.packet();
    assertThat(packet.length()).isEqualTo(LARGEST);
    assertThat(packet.sha256()).isEqualTo(CountingBytes.sha256(LARGEST));
  }

  @Test
  void manyPacketsArriveInOrder() {
    TestClient a = open("a");
    TestClient b = open("b");
    for (int i = 0; i < 200; i++) {
      a.send(b, new byte[] {(byte) i});
      assertThat(b.packet().data()).containsExactly(i);
    }
  }

  @Test
  void pingsAreAnswered() {
    TestClient a = open("a");
    a.ping();
    a.ping();
  }

  @Test
  void aServerWithoutLimitsAnnouncesNone() {
    assertThat(open("a").registration().rate()).isZero();
  }

  // --- who is not there

  @Test
  void whoSendsDiscoToNobodyIsTold() {
    TestClient a = open("a");
    String nobody = TestClient.unknownKey(1);
    a.send(nobody, disco());
    Event.Gone gone = a.await(Event.Gone.class);
    assertThat(gone.peer()).isEqualTo(nobody);
    assertThat(gone.notHere()).isTrue();
  }

  @Test
  void whoSendsOtherPacketsToNobodyIsNotTold() {
    TestClient a = open("a");
    a.send(TestClient.unknownKey(1), HELLO);
    a.ping();
    assertThat(a.heard(Event.Gone.class)).isEmpty();
  }

  /// derp §17.18
  @Test
  void keysCannotBeTriedQuickly() {
    TestClient a = open("a");
    for (int i = 0; i < 30; i++) {
      a.send(TestClient.unknownKey(i), disco());
    }
    // Three at once, and one each second: the machine may be slow. What a server says of who is
    // gone
    // may come after its pong.
    for (int i = 0; i < 3; i++) {
      assertThat(a.await(Event.Gone.class).notHere()).isTrue();
    }
    a.ping();
    assertThat(a.heard(Event.Gone.class)).hasSizeLessThanOrEqualTo(7);
  }

  @Test
  void aDepartureIsToldToThoseWhoGotPackets() {
    TestClient a = open("a");
    TestClient b = open("b");
    TestClient silent = open("silent");
    a.send(b, HELLO);
    b.packet();
    a.close();
    assertThat(b.gone(a).notHere()).isFalse();
    silent.ping();
    assertThat(silent.heard(Event.Gone.class)).isEmpty();
  }

  // --- one key, several connections

  /// derp §17.23, derp §17.24
  @Test
  void ofSeveralConnectionsTheLastThatSpokeReceives() {
    TestClient a = open("a");
    TestClient b = open("b");
    TestClient old = open("old", ClientOptions.to(server()).key(SHARED_KEY));
    a.send(old, HELLO);
    old.packet();
    TestClient young = open("young", ClientOptions.to(server()).key(SHARED_KEY));
    a.send(old.key(), HELLO);
    young.packet();
    old.ping();
    a.send(old.key(), "again".getBytes(UTF_8));
    assertThat(old.packet().data()).isEqualTo("again".getBytes(UTF_8));

    old.send(b, HELLO);
    b.packet();
    old.close();
    awaitConnections(3);
    a.send(young.key(), HELLO);
    young.packet();
    b.ping();
    assertThat(b.heard(Event.Gone.class)).as("2 to 1 is silent").isEmpty();
    young.close();
    assertThat(b.gone(young).notHere()).isFalse();
  }

  // --- home

  @Test
  void countsWhoCallsItHome() {
    TestClient a = open("a", ClientOptions.to(server()).preferred());
    a.ping();
    awaitGauge(Gauge.HOME, 1);
    a.prefer(false);
    a.ping();
    awaitGauge(Gauge.HOME, 0);
    a.prefer(true);
    a.ping();
    awaitGauge(Gauge.HOME, 1);
  }

  // --- connecting

  @Test
  void findsARegionsNodeByItsPlaceInTheMap() {
    String dead = server().node("900a", "").replaceAll("\"DERPPort\":\\d+", "\"DERPPort\":1");
    String region = DerpServer.region(dead, server().node("900b", ""));
    TestClient a = open("a", ClientOptions.toRegion(region));
    TestClient b = open("b");
    b.send(a, HELLO);
    assertThat(a.packet().peer()).isEqualTo(b.key());
  }

  // --- what needs the mesh key

  @Test
  void withoutTheMeshKeyPrivilegedFramesEndTheConnection() {
    TestClient b = open("b");
    ClientOptions watching = ClientOptions.to(server()).mesh(WRONG_KEY).watchingWithoutRight();
    TestClient watcher = openUnheard("watcher", watching);
    watcher.await(Event.Failed.class);
    TestClient closer = open("closer", ClientOptions.to(server()).mesh(WRONG_KEY));
    closer.closePeer(b.key());
    closer.await(Event.Failed.class);
    TestClient forwarder = open("forwarder", ClientOptions.to(server()).mesh(WRONG_KEY));
    forwarder.forward(TestClient.unknownKey(1), b.key(), HELLO);
    forwarder.await(Event.Failed.class);
    b.ping();
    assertThat(b.heard(Event.Packet.class)).isEmpty();
  }

  static byte[] disco() {
    byte[] packet = new byte[62];
    System.arraycopy(HexFormat.of().parseHex("5453f09f92ac"), 0, packet, 0, 6);
    return packet;
  }
}
