package dev.adit.core.derp;

import static dev.adit.core.derp.DerpBench.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.Admission;
import dev.adit.core.admission.Applicant;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.derp.ReceiveLimits.Rate;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// When a relay stops reading: clients that send too much, and clients that wait for admission.
class DerpReceivingTest {
  private static final byte[] PACKET = new byte[65_536];

  private final DerpBench bench = new DerpBench(new OpenAdmission());

  @Test
  void pausesReadingWhileAConnectionOwesBytesAndDropsNothing() {
    bench.router.limitReceiving(ReceiveLimits.perConnection(10_000, 0));
    var a = bench.connect();
    var b = bench.connect();
    assertThat(a.heard(Event.Admitted.class).getFirst().info().bytesPerSecond()).isEqualTo(10_000);
    assertThat(a.heard(Event.Admitted.class).getFirst().info().burstBytes())
        .isEqualTo(Rate.LEAST_BURST);
    for (int i = 0; i < 2; i++) { // what has been read already is not lost
      byte[] frame = new DerpFrame.SendPacket(b.publicKey(), PACKET).encode();
      a.raw(frame);
    }
    assertThat(a.server.isReading()).isFalse();
    assertThat(b.heard(Event.Received.class)).hasSize(2);
    bench.advance(6 * SECOND);
    assertThat(a.server.isReading()).isFalse();
    assertThat(a.server.wakeAt()).isBetween(bench.now, bench.now + SECOND);
    bench.advance(SECOND);
    assertThat(a.server.isReading()).isTrue();
    assertThat(bench.count(DerpCounter.READING_PAUSED)).isEqualTo(1);
  }

  @Test
  void connectionsOfOneKeyOneAddressOrAllTogetherShareALimit() {
    var rate = new Rate(10_000, 0);
    for (var limits :
        List.of(
            new ReceiveLimits(Rate.NONE, rate, Rate.NONE, Rate.NONE),
            new ReceiveLimits(Rate.NONE, Rate.NONE, rate, Rate.NONE),
            new ReceiveLimits(Rate.NONE, Rate.NONE, Rate.NONE, rate))) {
      bench.router.limitReceiving(limits);
      var a = bench.connect();
      var twin = bench.connect(a.key);
      a.send(a.publicKey(), PACKET);
      assertThat(a.server.isReading()).isTrue();
      twin.send(a.publicKey(), PACKET);
      assertThat(twin.server.isReading()).as("%s", limits).isFalse();
      a.leave();
      twin.leave();
    }
    assertThat(bench.router.receiveBuckets().size()).isZero();
  }

  @Test
  void tellsEverybodyThatTheRelayIsOverloadedAndThatItIsOver() {
    var total = new Rate(10_000, 0);
    bench.router.limitReceiving(new ReceiveLimits(Rate.NONE, Rate.NONE, Rate.NONE, total));
    var a = bench.connect();
    var b = bench.connect();
    a.send(a.publicKey(), PACKET);
    assertThat(b.heard(Event.Health.class)).isEmpty();
    a.send(a.publicKey(), PACKET);
    a.send(a.publicKey(), PACKET);
    var late = bench.connect();
    for (var client : List.of(a, b, late)) {
      assertThat(client.heard(Event.Health.class))
          .containsExactly(new Event.Health("this relay is overloaded"));
    }
    bench.advance(11 * SECOND);
    assertThat(b.heard(Event.Health.class)).hasSize(2).contains(new Event.Health(""));
    assertThat(late.heard(Event.Health.class)).hasSize(2).contains(new Event.Health(""));
  }

  @Test
  void changedLimitsHoldForLiveConnections() {
    var a = bench.connect();
    a.send(a.publicKey(), PACKET);
    a.send(a.publicKey(), PACKET);
    assertThat(a.server.isReading()).isTrue();
    bench.router.limitReceiving(ReceiveLimits.perConnection(10_000, 0));
    a.send(a.publicKey(), PACKET);
    a.send(a.publicKey(), PACKET);
    assertThat(a.server.isReading()).isFalse();
    bench.router.limitReceiving(ReceiveLimits.NONE);
    bench.advance(60 * SECOND);
    for (int i = 0; i < 100; i++) {
      a.send(a.publicKey(), PACKET);
    }
    assertThat(a.server.isReading()).isTrue();
  }

  @Test
  void unknownFramesAreBoundedCountedAndPaidFor() { // derp §17.11
    bench.router.limitReceiving(ReceiveLimits.perConnection(10_000, 0));
    var a = bench.connect();
    byte[] unknown = new byte[5 + (1 << 20)];
    unknown[0] = 0x55;
    unknown[2] = 0x10;
    a.raw(unknown);
    assertThat(a.server.isEnded()).isFalse();
    assertThat(a.server.isReading()).isFalse();
    assertThat(bench.count(DerpCounter.UNKNOWN_FRAMES)).isEqualTo(1);
    var b = bench.connect();
    unknown[4] = 1;
    b.raw(unknown);
    assertThat(b.server.isEnded()).isTrue();
  }

  @Test
  void readsNoMoreThan500FramesASecondThatAreNoPackets() { // derp §17.14
    var a = bench.connect();
    byte[] empty = new byte[5 * 2001];
    for (int at = 0; at < empty.length; at += 5) {
      empty[at] = Derp.KEEP_ALIVE;
    }
    a.raw(empty);
    assertThat(a.server.isReading()).isFalse();
    bench.advance(SECOND);
    assertThat(a.server.isReading()).isTrue();
    assertThat(bench.count(DerpCounter.UNKNOWN_FRAMES)).isEqualTo(2001);
  }

  /// Asks somebody who answers when a test says so.
  private static final class Slow implements Admission {
    final List<Applicant> asked = new ArrayList<>();
    final List<Consumer<Verdict>> waiting = new ArrayList<>();

    @Override
    public Verdict judge(Applicant applicant, Consumer<Verdict> later) {
      asked.add(applicant);
      waiting.add(later);
      return Verdict.LATER;
    }

    @Override
    public boolean admits(PublicKey key) {
      return true;
    }

    @Override
    public boolean allows(PublicKey a, PublicKey b) {
      return true;
    }

    @Override
    public void onRevoked(Consumer<Set<PublicKey>> listener) {}
  }

  @Test
  void holdsAClientUntilSomebodyHasSaidThatItIsAdmitted() { // derp §17.4
    var slow = new Slow();
    var held = new DerpBench(slow);
    var a = held.connect();
    assertThat(slow.asked.getFirst().address()).isEqualTo(DerpBench.FROM.address());
    assertThat(a.server.isReading()).isFalse();
    assertThat(held.connected).isEmpty();
    a.raw(a.client.ping(held.now, 5 * SECOND)); // what was under way already
    assertThat(a.events).isEmpty();
    slow.waiting.getFirst().accept(Admission.Verdict.ADMITTED);
    assertThat(a.output.wakes).isEqualTo(1);
    held.carry();
    assertThat(a.events.getFirst()).isInstanceOf(Event.Admitted.class);
    assertThat(a.heard(Event.PingAnswered.class)).hasSize(1);
    assertThat(a.server.isReading()).isTrue();
  }

  @Test
  void endsAClientThatIsRefusedLaterOrNotJudgedInTimeOrSendsTooMuchMeanwhile() {
    var slow = new Slow();
    var held = new DerpBench(slow);
    var refused = held.connect();
    slow.waiting.getFirst().accept(Admission.Verdict.REFUSED);
    held.carry();
    assertThat(refused.server.isEnded()).isTrue();
    var forgotten = held.connect();
    held.advance(10 * SECOND);
    assertThat(forgotten.server.isEnded()).isTrue();
    slow.waiting.get(1).accept(Admission.Verdict.ADMITTED);
    var loud = held.connect();
    for (int i = 0; i < 9; i++) {
      loud.raw(new byte[65_536]);
    }
    assertThat(loud.server.isEnded()).isTrue();
    assertThat(held.connected).isEmpty();
    assertThat(held.count(DerpCounter.NOT_ADMITTED)).isEqualTo(2);
    assertThat(held.count(DerpCounter.CONNECTIONS)).isZero();
  }
}
