package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who has proven who it is does not wait for strangers.
class ProvenLoopsTest {
  private static final String UPGRADE =
      "GET /derp HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: DERP\r\n\r\n";

  private final CountDownLatch release = new CountDownLatch(1);
  private final LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<String> blocks = new LinkedBlockingQueue<>();
  private FrontDoor door;

  @BeforeEach
  void opens() throws IOException {
    var routes = new RequestRoutes().derp(Talker::new, "07".repeat(32));
    door = FrontDoor.start(FrontDoorTest.plain(10, 10, 30), routes); // one loop for strangers
  }

  @AfterEach
  void closes() {
    release.countDown();
    door.close();
  }

  @Test
  void isAnsweredWhileAStrangerKeepsTheDoorBusy() throws Exception {
    try (var proven = talker();
        var stranger = talker()) {
      proven.send("proven");
      assertThat(proven.text(6)).isEqualTo("proven");
      stranger.send("block");
      assertThat(blocks.poll(10, TimeUnit.SECONDS)).isEqualTo("block");

      for (int i = 0; i < 100; i++) {
        proven.send("still " + i % 10);
        assertThat(proven.text(7)).isEqualTo("still " + i % 10);
      }
      release.countDown();
      assertThat(stranger.text(5)).isEqualTo("block");
    }
  }

  @Test
  void whatWasSaidBeforeTheMoveComesInOrderAndTheEndIsHeard() throws Exception {
    try (var client = talker()) {
      client.send("proven");
      client.send("one");
      client.send("two");
      assertThat(client.text(12)).isEqualTo("provenonetwo");
    }
    assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void anEndDuringTheMoveIsHeardToo() throws Exception {
    try (var client = talker()) {
      client.send("proven and close");
      assertThat(client.rest()).isEmpty();
    }
    assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
    for (int i = 0; i < 10; i++) { // the connection counts no more: all ten are free again
      talker().close();
    }
  }

  @Test
  void everyEndDuringTheMoveIsHeard() throws Exception {
    int clients = 200;
    for (int i = 0; i < clients; i++) {
      var client = talker();
      client.send("proven"); // and gone, a little later each time
      for (int spins = 0; spins < i * 50; spins++) {
        Thread.onSpinWait();
      }
      client.close();
    }
    for (int i = 0; i < clients; i++) {
      assertThat(ended.poll(10, TimeUnit.SECONDS)).as("end %d", i).isEqualTo("closed");
    }
  }

  @Test
  void whatComesDuringTheMoveIsAnsweredAtOnce() throws Exception {
    for (int i = 0; i < 200; i++) {
      try (var client = talker()) {
        client.send("proven");
        for (int spins = 0; spins < i * 50; spins++) {
          Thread.onSpinWait();
        }
        long asked = System.nanoTime();
        client.send("now?");
        assertThat(client.text(10)).isEqualTo("provennow?");
        assertThat(System.nanoTime() - asked).isLessThan(5_000_000_000L);
      }
    }
  }

  private RawClient talker() throws IOException {
    var client = RawClient.connect(door.listening().getFirst());
    client.send(UPGRADE).head();
    assertThat(client.text(7)).isEqualTo("welcome");
    return client;
  }

  /// Says what it hears, unless it was `block`, or ended with `close`.
  private final class Talker extends Echo {
    private final ByteConnection connection;

    Talker(ByteConnection connection) {
      super(connection, ended);
      this.connection = connection;
    }

    @Override
    public void received(byte[] array, int offset, int length) {
      String said = new String(array, offset, length, UTF_8);
      if (said.endsWith("close")) {
        connection.peerProven();
        connection.execute(connection::close);
        return;
      }
      if (said.equals("block")) {
        blocks.add(said);
        try {
          release.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      super.received(array, offset, length);
    }
  }
}
