package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What a client with the mesh key may expect of any DERP server; each may be Tailscale's or ours.
abstract class MeshRules extends ClientsOfOneServer {
  private static final int REGULAR = 1;
  private static final int MESH_PEER = 2;
  private static final int PROBER = 4;
  private static final int NOT_IDEAL = 8;

  private ClientOptions options() {
    return ClientOptions.to(server());
  }

  @Test
  void aWatcherHearsWhoIsThereAndWhoComesAndGoes() {
    TestClient before = open("before");
    TestClient watcher = open("watcher", options().watching());
    assertThat(watcher.present(before).flags()).isEqualTo(REGULAR);
    TestClient after = open("after");
    Event.Present present = watcher.present(after);
    assertThat(present.flags()).isEqualTo(REGULAR);
    assertThat(present.address()).isEqualTo(after.local());
    after.close();
    assertThat(watcher.gone(after).notHere()).isFalse();
    before.close();
    watcher.gone(before);
  }

  @Test
  void aWatcherIsItselfThere() {
    TestClient watcher = open("watcher", options().watching());
    assertThat(watcher.present(watcher).flags()).isEqualTo(MESH_PEER);
  }

  @Test
  void aWatcherHearsOfProbersAndOfThoseWhoWantedAnotherNode() {
    TestClient watcher = open("watcher", options().watching());
    TestClient prober = open("prober", options().prober());
    assertThat(watcher.present(prober).flags()).isEqualTo(PROBER);
    String dead = server().node("900a", "").replaceAll("\"DERPPort\":\\d+", "\"DERPPort\":1");
    String region = DerpServer.region(dead, server().node("900b", ""));
    TestClient elsewhere = open("elsewhere", ClientOptions.toRegion(region));
    assertThat(watcher.present(elsewhere).flags()).isEqualTo(NOT_IDEAL);
  }

  /// derp §17.24
  @Test
  void aWatcherHearsOfEveryConnectionAndOfTheLastDeparture() {
    ClientOptions shared =
        options().key("privkey:5042434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60");
    TestClient watcher = open("watcher", options().watching());
    TestClient one = open("one", shared);
    TestClient two = open("two", shared);
    watcher.present(one);
    watcher.present(two);
    one.close();
    awaitConnections(2);
    watcher.ping();
    assertThat(watcher.heard(Event.Gone.class)).isEmpty();
    two.close();
    watcher.gone(two);
  }

  @Test
  void closesWhomItIsToldTo() {
    TestClient closer = open("closer", options().mesh(DerpServer.MESH_KEY));
    TestClient target = open("target");
    TestClient other = open("other");
    closer.closePeer(TestClient.unknownKey(1));
    closer.closePeer(target.key());
    target.await(Event.Failed.class);
    other.ping();
    closer.ping();
  }

  @Test
  void deliversWhatAnotherServerForwards() {
    TestClient mesh = open("mesh", options().mesh(DerpServer.MESH_KEY));
    TestClient b = open("b");
    String elsewhere = TestClient.unknownKey(7);
    mesh.forward(elsewhere, b.key(), HELLO);
    Event.Packet packet = b.packet();
    assertThat(packet.peer()).isEqualTo(elsewhere);
    assertThat(packet.data()).isEqualTo(HELLO);
  }

  @Test
  void whoForwardsDiscoToNobodyIsTold() {
    TestClient mesh = open("mesh", options().mesh(DerpServer.MESH_KEY));
    String nobody = TestClient.unknownKey(1);
    mesh.forward(TestClient.unknownKey(7), nobody, ClientRules.disco());
    Event.Gone gone = mesh.await(Event.Gone.class);
    assertThat(gone.peer()).isEqualTo(nobody);
    assertThat(gone.notHere()).isTrue();
  }
}
