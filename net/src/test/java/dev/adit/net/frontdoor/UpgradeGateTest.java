package dev.adit.net.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.frontdoor.UpgradeGate.Answer;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the front door makes of a gate's answers (control R-AG-7).
class UpgradeGateTest {
  private static final String OPENING =
      "GET /adit/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade"
          + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
          + "\r\nSec-WebSocket-Protocol: adit-control-v1\r\n\r\n";

  /// One byte, masked with zeros: the sign for the server that the peer is proven.
  private static final byte[] FRAME = {(byte) 0x82, (byte) 0x81, 0, 0, 0, 0, 1};

  private final Scripted gate = new Scripted();
  private FrontDoor door;

  @BeforeEach
  void opens() throws IOException {
    var config = FrontDoorConfig.of(List.of(Endpoint.literal("127.0.0.1:0")), null);
    door =
        FrontDoor.start(
            config,
            new RequestRoutes()
                .message(
                    "/adit/stream",
                    "adit-control-v1",
                    connection ->
                        new MessageConnection.Listener() {
                          @Override
                          public void received(byte[] message) {
                            connection.peerProven();
                          }

                          @Override
                          public void closed() {}
                        },
                    gate));
  }

  @AfterEach
  void closes() {
    door.close();
  }

  @Test
  void whoeverMayEnterIsUpgradedAndLeavesWhenProven() throws Exception {
    gate.answer = Answer.ENTER;
    try (var client = client()) {
      assertThat(client.send(OPENING).head()).startsWith("HTTP/1.1 101 ");
      assertThat(gate.next()).isEqualTo("arrive");
      assertThat(gate.heard).isEmpty();
      client.send(FRAME);
      assertThat(gate.next()).isEqualTo("leave");
    }
    door.close(); // returns when every connection has ended
    assertThat(gate.heard).as("left once").isEmpty();
  }

  @Test
  void whoeverIsGoneLeavesToo() throws Exception {
    gate.answer = Answer.ENTER;
    try (var client = client()) {
      client.send(OPENING).head();
      assertThat(gate.next()).isEqualTo("arrive");
    }
    assertThat(gate.next()).isEqualTo("leave");
  }

  @Test
  void whoeverIsRefusedIsToldWhenToComeAgain() throws Exception {
    gate.answer = Answer.REFUSED;
    try (var client = client()) {
      String head = client.send(OPENING).head();
      assertThat(head).startsWith("HTTP/1.1 503 ").contains("Retry-After: 7\r\n");
    }
    assertThat(gate.next()).isEqualTo("arrive");
    assertThat(gate.heard).isEmpty();
  }

  @Test
  void whoeverWaitsEntersWhenItIsItsTurn() throws Exception {
    gate.answer = Answer.WAIT;
    try (var client = client()) {
      client.send(OPENING);
      assertThat(gate.next()).isEqualTo("arrive");
      gate.visitor().enter();
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      client.send(FRAME);
      assertThat(gate.next()).isEqualTo("leave");
    }
  }

  @Test
  void whoeverWaitsTooLongIsToldWhenToComeAgain() throws Exception {
    gate.answer = Answer.WAIT;
    gate.stillWaits = true;
    try (var client = client()) {
      String head = client.send(OPENING).head();
      assertThat(head).startsWith("HTTP/1.1 503 ").contains("Retry-After: 7\r\n");
      assertThat(gate.next()).isEqualTo("arrive");
      assertThat(gate.next()).isEqualTo("withdraw");
    }
    assertThat(gate.ticks).isBetween(5, 10);
  }

  /// Entering and giving up may cross: whoever does not wait any more will be let in.
  @Test
  void aVisitorThatIsLetInAtTheLastMomentEnters() throws Exception {
    gate.answer = Answer.WAIT;
    try (var client = client()) {
      client.send(OPENING);
      assertThat(gate.next()).isEqualTo("arrive");
      assertThat(gate.next()).isEqualTo("withdraw"); // answered: too late, it may enter
      gate.visitor().enter();
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void aVisitorThatIsGoneWhenItMayEnterLeaves() throws Exception {
    gate.answer = Answer.WAIT;
    try (var client = client()) {
      client.send(OPENING);
      assertThat(gate.next()).isEqualTo("arrive");
    }
    assertThat(gate.next()).isEqualTo("withdraw");
    gate.visitor().enter();
    assertThat(gate.next()).isEqualTo("leave");
  }

  private RawClient client() throws IOException {
    return RawClient.connect(door.listening().getFirst());
  }

  private static final class Scripted implements UpgradeGate {
    final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Visitor> visitors = new LinkedBlockingQueue<>();
    volatile Answer answer = Answer.ENTER;
    volatile boolean stillWaits;
    volatile int ticks;

    String next() throws InterruptedException {
      return String.valueOf(heard.poll(10, TimeUnit.SECONDS));
    }

    Visitor visitor() throws InterruptedException {
      return visitors.take();
    }

    @Override
    public Answer arrive(Visitor visitor) {
      visitors.add(visitor);
      heard.add("arrive");
      return answer;
    }

    @Override
    public boolean withdraw(Visitor visitor) {
      heard.add("withdraw");
      return stillWaits;
    }

    @Override
    public void leave(Visitor visitor) {
      heard.add("leave");
    }

    @Override
    public synchronized void tick() {
      ticks++;
    }

    @Override
    public long patienceMillis() {
      return 700;
    }

    @Override
    public int retryAfterSeconds() {
      return 7;
    }
  }
}
