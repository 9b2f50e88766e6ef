package dev.adit.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import java.util.ArrayList;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What the coordinator bounds: failed joins, machines that fight for a stream, sendings.
class LimitsTest {
  private static final long SECOND = 1_000_000_000L;
  private final PublicKey machine = PrivateKey.generate(new Random(1)).publicKey();

  @Test
  void tenFailedJoinsPerMinuteAreAnsweredThenNoneForAWhile() {
    var failed = new FailedJoins();
    var from = IpAddress.literal("192.0.2.1");
    for (int i = 0; i < 10; i++) {
      assertThat(failed.failed(from, 5 * SECOND)).isZero();
    }
    assertThat(failed.failed(from, 5 * SECOND)).isEqualTo(6);
    assertThat(failed.failed(IpAddress.literal("192.0.2.2"), 5 * SECOND)).isZero();
    assertThat(failed.failed(from, 11 * SECOND)).isZero();
  }

  @Test
  void theLongestSilentOfTenThousandAddressesIsForgotten() {
    var failed = new FailedJoins();
    for (int i = 0; i < 10; i++) {
      failed.failed(address(0), 0);
      failed.failed(address(1), 0);
    }
    for (int i = 2; i < FailedJoins.MOST_ADDRESSES; i++) {
      failed.failed(address(i), 0);
    }
    assertThat(failed.failed(address(1), 0)).isPositive();
    failed.failed(address(FailedJoins.MOST_ADDRESSES), 0);
    assertThat(failed.failed(address(0), 0)).as("one more than 10,000").isZero();
    assertThat(failed.failed(address(1), 0)).isPositive();
  }

  private static IpAddress address(int number) {
    return IpAddress.of(new byte[] {10, 0, (byte) (number >> 8), (byte) number});
  }

  @Test
  void aJoinKeyHasAtMostTenThousandUsesAnd366Days() {
    assertThat(key(JoinKeys.REUSABLE_USES, JoinKeys.DEFAULT_SECONDS)).isTrue();
    assertThat(JoinKeys.REUSABLE_USES).isEqualTo(100);
    assertThat(key(10_000, 366 * 86_400)).isTrue();
    assertThat(key(10_001, 1)).isFalse();
    assertThat(key(0, 1)).isFalse();
    assertThat(key(1, 366 * 86_400 + 1)).isFalse();
  }

  private static boolean key(int uses, long seconds) {
    var wish = new JoinKeys.Wish(new UUID(1, 2), JoinKeyRow.Kind.NODE, uses, seconds);
    return JoinKeys.decide(wish, 0, new Random(1)) instanceof JoinKeys.Outcome.Created;
  }

  @Test
  void aStreamWatchesAtMost256Nodes() {
    var presences = new Presences();
    var self = new UUID(0, 0);
    presences.opened(self, 1, address(0));
    var all = new ArrayList<UUID>();
    for (int i = 1; i <= 257; i++) {
      var node = new UUID(0, i);
      presences.opened(node, 1 + i, address(i));
      all.add(node);
    }
    assertThat(presences.watched(1, all, all)).hasSize(256);
  }

  @Test
  void aSlash64IsOneAddress() {
    var failed = new FailedJoins();
    for (int i = 0; i < 10; i++) {
      assertThat(failed.failed(IpAddress.literal("2001:db8::" + i), 0)).isZero();
    }
    assertThat(failed.failed(IpAddress.literal("2001:db8::ff"), 0)).isPositive();
    assertThat(failed.failed(IpAddress.literal("2001:db8:0:1::1"), 0)).isZero();
  }

  /// C-24.
  @Test
  void theSameInstanceReconnectsAsOftenAsItLikes() {
    var takeovers = new Takeovers();
    for (int i = 0; i < 10; i++) {
      assertThat(takeovers.streamOpened(machine, "a", "a", i * SECOND)).isTrue();
    }
  }

  /// C-23.
  @Test
  void twoMachinesWithOneIdentityAreFoundAndTheRunningStreamStays() {
    var takeovers = new Takeovers();
    String running = "a";
    int at = 0;
    boolean taken = true;
    for (; taken; at += 5) {
      String newcomer = running.equals("a") ? "b" : "a";
      taken = takeovers.streamOpened(machine, newcomer, running, at * SECOND);
      running = taken ? newcomer : running;
    }
    assertThat(at).isLessThanOrEqualTo(40);

    long end = (at - 5) * SECOND + 15 * (60 * SECOND);
    String newcomer = running.equals("a") ? "b" : "a";
    assertThat(takeovers.streamOpened(machine, running, running, end - 2)).isTrue();
    assertThat(takeovers.streamOpened(machine, newcomer, running, end - 1)).isFalse();
    assertThat(takeovers.streamOpened(machine, newcomer, running, end + 1)).isFalse();
    assertThat(takeovers.streamOpened(machine, newcomer, running, 2 * end + 2)).isTrue();
  }

  @Test
  void slowTakeoversAreAnOrdinaryLife() {
    var takeovers = new Takeovers();
    for (int i = 0; i < 10; i++) {
      String running = i % 2 == 0 ? "a" : "b";
      String newcomer = i % 2 == 0 ? "b" : "a";
      assertThat(takeovers.streamOpened(machine, newcomer, running, i * (61 * SECOND))).isTrue();
    }
  }

  @Test
  void aChangeAfterQuietIsDueAtOnceFurtherOnesAreGathered() {
    var gathering = new Gathering(1, 50);
    assertThat(gathering.dueAt()).isEqualTo(Gathering.NEVER);
    gathering.changed();
    assertThat(gathering.dueAt()).isLessThanOrEqualTo(1000);
    gathering.sent(1000);
    assertThat(gathering.dueAt()).isEqualTo(Gathering.NEVER);
    gathering.changed();
    gathering.changed();
    assertThat(gathering.dueAt()).isEqualTo(1050);
    gathering.sent(1050);
    gathering.changed();
    assertThat(gathering.dueAt()).isEqualTo(1100);
  }

  @Test
  void aBurstGoesAtOnceAndComesBackOneByOne() {
    var gathering = new Gathering(4, 250);
    for (int i = 0; i < 4; i++) {
      gathering.changed();
      assertThat(gathering.dueAt()).isLessThanOrEqualTo(1000);
      gathering.sent(1000);
    }
    gathering.changed();
    assertThat(gathering.dueAt()).isEqualTo(1250);
    gathering.restUntil(3000);
    assertThat(gathering.dueAt()).isEqualTo(3000);
  }
}
