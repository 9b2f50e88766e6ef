package dev.adit.systemtests.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.Derp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nothing that a member of one network can see at a relay tells a key of another network that is
/// on line from one that does not exist (relay-rung RR-37): at one relay, and at two of a region.
class NetworksApartTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int WARM_UP = 1000;

  /// The relay answers so many probes of a connection at once, then one a second (derp §5.4).
  private static final int PROBES_AT_ONCE = 3;

  private static final double CERTAIN = 1e-6;

  /// Ten times what a set finds on a quiet machine.
  private static final long LEAK_NANOS = 50_000;

  @TempDir static Path folder;
  private static @Nullable TwoNetworksStage stage;

  private final PublicKey absent = PrivateKey.generate(RANDOM).publicKey();
  private final byte[] packet = new byte[200];

  @BeforeAll
  static void starts() throws Exception {
    stage = new TwoNetworksStage(folder);
  }

  @AfterAll
  static void ends() {
    if (stage != null) {
      stage.close();
    }
  }

  private static TwoNetworksStage stage() {
    return requireNonNull(stage);
  }

  /// Where the other network's member may be, for members at `one`.
  private static List<Endpoint> places() {
    return List.of(stage().one, stage().two);
  }

  @Test
  void noFrameCrosses() throws Exception {
    for (Endpoint place : places()) {
      try (var a = stage().member(stage().one, stage().a);
          var b = stage().member(place, stage().b);
          var other = stage().member(place, stage().foreign)) {
        awaitReached(a, b);
        a.send(stage().foreign.publicKey(), packet);
        other.send(stage().a.publicKey(), packet);
        other.send(stage().b.publicKey(), packet);
        for (var member : List.of(a, b, other)) {
          assertQuiet(member); // what was sent before has been dealt with here,
        }
        a.send(stage().b.publicKey(), packet);
        assertThat(b.next()).isInstanceOf(Event.Received.class); // and on the way between relays
        assertQuiet(other);
        assertQuiet(a);
      }
    }
  }

  /// Relays of a region tell each other who is there a moment after the client hears it.
  private void awaitReached(NetworkMember from, NetworkMember to) throws IOException {
    boolean reached = false;
    for (int i = 0; i < 10_000 && !reached; i++) {
      from.send(stage().b.publicKey(), packet);
      from.ping();
      assertThat(from.next()).isInstanceOf(Event.PingAnswered.class);
      to.ping();
      for (var event = to.next(); !(event instanceof Event.PingAnswered); event = to.next()) {
        reached |= event instanceof Event.Received;
      }
    }
    assertThat(reached).isTrue();
    // Those that were under way between the relays.
    from.send(stage().b.publicKey(), new byte[1]);
    while (((Event.Received) to.next()).packet().length != 1) {}
  }

  /// The relay has nothing to say to a member but the answer to its ping.
  private static void assertQuiet(NetworkMember member) throws IOException {
    member.ping();
    assertThat(member.next()).isInstanceOf(Event.PingAnswered.class);
  }

  @Test
  void aForeignKeyIsAnsweredForLikeOneThatDoesNotExist() throws Exception {
    PublicKey foreign = stage().foreign.publicKey();
    for (Endpoint place : places()) {
      try (var other = stage().member(place, stage().foreign)) {
        List<PublicKey> asked = List.of(foreign, foreign, foreign, foreign, foreign, foreign);
        assertThat(answers(asked)).isEqualTo(asked.subList(0, PROBES_AT_ONCE));
        asked = List.of(absent, absent, absent, absent, absent, absent);
        assertThat(answers(asked)).isEqualTo(asked.subList(0, PROBES_AT_ONCE));
        asked = List.of(foreign, absent, foreign, absent, foreign, absent);
        assertThat(answers(asked)).as("one budget").isEqualTo(asked.subList(0, PROBES_AT_ONCE));
        try (var a = stage().member(stage().one, stage().a)) {
          a.send(foreign, packet);
          assertQuiet(a);
          other.leave();
          assertQuiet(other(place));
          assertQuiet(a); // nobody tells that it left and came back
        }
      }
    }
  }

  private static NetworkMember other(Endpoint place) throws IOException {
    return stage().member(place, stage().foreign);
  }

  /// Of whom the relay says that they are not here, in its order.
  private static List<PublicKey> answers(List<PublicKey> asked) throws IOException {
    try (var a = stage().member(stage().one, stage().a)) {
      for (PublicKey key : asked) {
        a.probe(key);
      }
      a.ping();
      List<PublicKey> said = new ArrayList<>();
      for (var event = a.next(); !(event instanceof Event.PingAnswered); event = a.next()) {
        var gone = (Event.PeerGone) event;
        assertThat(gone.wasHere()).isFalse();
        said.add(gone.peer());
      }
      return said;
    }
  }

  @Test
  void membersMayNotForwardWatchOrCloseAndAPingTellsNothing() throws Exception {
    PublicKey foreign = stage().foreign.publicKey();
    for (Endpoint place : places()) {
      try (var other = stage().member(place, stage().foreign)) {
        byte[] forward = new byte[2 * Derp.KEY_BYTES + packet.length];
        stage().b.publicKey().copyTo(forward, 0);
        foreign.copyTo(forward, Derp.KEY_BYTES);
        byte[] close = new byte[Derp.KEY_BYTES];
        foreign.copyTo(close, 0);
        assertRefused(Derp.FORWARD_PACKET, forward);
        assertRefused(Derp.WATCH_CONNS, new byte[0]);
        assertRefused(Derp.CLOSE_PEER, close);
        assertQuiet(other);
      }
    }
  }

  private static void assertRefused(int type, byte[] payload) throws IOException {
    try (var a = stage().member(stage().one, stage().a)) {
      assertQuiet(a);
      a.write(
          ByteBuffer.allocate(5 + payload.length)
              .put((byte) type)
              .putInt(payload.length)
              .put(payload)
              .array());
      assertThatThrownBy(a::next).as("frame %s", type).isInstanceOf(IOException.class);
    }
  }

  @Test
  void dataForAForeignKeyTakesTheTimeOfDataForNobody() throws Exception {
    for (Endpoint place : places()) {
      try (var other = stage().member(place, stage().foreign);
          var a = stage().member(stage().one, stage().a)) {
        warmUp(a);
        new Comparison("data for a foreign key on line" + where(place) + ", and for none", seed())
            .assertAlike(isForeign ->
                a.timeOfData(isForeign ? stage().foreign.publicKey() : absent, packet));
        assertQuiet(other);
      }
    }
  }

  private static String where(Endpoint place) {
    return place.equals(stage().one) ? " here" : " at the other relay";
  }

  private static long seed() {
    return Long.getLong("adit.comparison.seed", RANDOM.nextLong());
  }

  private void warmUp(NetworkMember member) throws IOException {
    for (int i = 0; i < WARM_UP; i++) {
      assertThat(member.timeOfData(absent, packet)).isPositive();
    }
  }

  @Test
  void probesForAForeignKeyTakeTheTimeOfProbesForNobody() throws Exception {
    for (Endpoint place : places()) {
      try (var other = stage().member(place, stage().foreign);
          var probes = new Probes()) {
        new Comparison("probes for a foreign key on line" + where(place) + ", and for none", seed())
            .assertAlike(
                isForeign -> probes.timeOf(isForeign ? stage().foreign.publicKey() : absent));
        assertQuiet(other);
      }
    }
  }

  /// A new connection for each few probes.
  private static final class Probes implements AutoCloseable {
    private NetworkMember member = stage().member(stage().one, stage().a);
    private int asked;

    Probes() throws IOException {}

    long timeOf(PublicKey to) throws IOException {
      if (asked++ == PROBES_AT_ONCE) {
        asked = 1;
        member.close();
        member = stage().member(stage().one, stage().a);
      }
      return member.timeOfProbe(to);
    }

    @Override
    public void close() {
      member.close();
    }
  }

  /// What the measurement is worth: a relay that took so much longer for a foreign key is found
  /// out.
  @Test
  void aSmallLeakIsFound() throws Exception {
    try (var a = stage().member(stage().one, stage().a)) {
      warmUp(a);
      var comparison =
          new Comparison("data for nobody, " + LEAK_NANOS / 1000 + " µs apart", seed());
      Comparison.Trial trial =
          isDelayed -> {
            long begin = System.nanoTime();
            while (isDelayed && System.nanoTime() - begin < LEAK_NANOS) {
              Thread.onSpinWait();
            }
            assertThat(a.timeOfData(absent, packet)).isPositive();
            return System.nanoTime() - begin;
          };
      double p = comparison.measure(Comparison.TRIES, trial).p();
      if (p >= CERTAIN) {
        p = comparison.measure(2 * Comparison.TRIES, trial).p(); // as a suspicion is confirmed
      }
      assertThat(p).isLessThan(CERTAIN);
    }
  }
}
