package dev.adit.core.control;

import static dev.adit.core.control.FakeCoordinator.CHANNEL;
import static dev.adit.core.control.FakeCoordinator.ID;
import static dev.adit.core.control.FakeCoordinator.NETWORK;
import static dev.adit.core.control.FakeCoordinator.NOW;
import static dev.adit.core.control.FakeCoordinator.RECORD;
import static dev.adit.core.control.FakeCoordinator.ROOT;
import static dev.adit.core.control.FakeCoordinator.identity;
import static dev.adit.core.control.FakeCoordinator.identityBody;
import static dev.adit.core.control.FakeCoordinator.key;
import static dev.adit.core.control.FakeCoordinator.welcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.control.TrustedCoordinator.Accepted;
import dev.adit.core.control.TrustedCoordinator.Refused;
import dev.adit.core.control.TrustedCoordinator.Verdict;
import dev.adit.crypto.SigningKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import org.junit.jupiter.api.Test;

class TrustedCoordinatorTest {
  private static final String HOST = "vpn.example.org";
  private static final long DAY = 86_400;
  private static final long NOW_MS = NOW * 1000;

  private final TrustedCoordinator trusted = FakeCoordinator.trusted();

  /// C-4: the text; `OtherCoordinatorTest` of the agent sees that nothing more is said.
  @Test
  void saysThatTheKeyIsForAnotherCoordinator() {
    var root = SigningKey.of(new byte[32]).verifyingKey();
    assertThatThrownBy(() -> TrustedCoordinator.first(HOST, root, identity(NOW, NOW), NOW_MS))
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            HOST
                + " is not the coordinator of this join key (expected root "
                + root.keyId()
                + ", found ZbYGc9bt): wrong address, or the server was set up anew");
  }

  @Test
  void saysThatAnIdentityHasEnded() {
    var document = identity(NOW, NOW);
    assertThatThrownBy(() ->
            TrustedCoordinator.first(
                HOST, ROOT.verifyingKey(), document, NOW_MS + (DAY + 1) * 1000))
        .hasMessage(
            "the identity of vpn.example.org ended on 2025-11-21; check the clock, or on the"
                + " server: adit coordinator identity renew");
  }

  @Test
  void acceptsNewerDocumentsAndTheSameAgain() {
    assertThat(offer(identity(NOW + 1, NOW + 2000))).isInstanceOf(Accepted.class);
    assertThat(trusted.identity().serial()).isEqualTo(NOW + 1);
    assertThat(offer(identity(NOW + 1, NOW + 2000))).isInstanceOf(Accepted.class);
  }

  /// C-5: a lower serial, the same with another body, expired, signed by the record key; and more.
  @Test
  void keepsItsOwnBeforeAnyOtherDocument() {
    var former = trusted.document();
    assertThat(offer(identity(NOW - 1, NOW + 1000))).isInstanceOf(Refused.class);
    assertThat(offer(identity(NOW, NOW + 1001))).isInstanceOf(Refused.class);
    assertThat(offer(identity(NOW + 1, NOW - 2 * DAY))).isInstanceOf(Refused.class);
    String body = identityBody(ID, NOW + 1, NOW + 1000, CHANNEL);
    assertThat(offer(Envelope.sign(Context.IDENTITY, body, RECORD))).isInstanceOf(Refused.class);
    assertThat(offer(Envelope.sign(Context.NODE, body, ROOT))).isInstanceOf(Refused.class);
    String other = identityBody(NETWORK, NOW + 1, NOW + 1000, CHANNEL);
    assertThat(offer(Envelope.sign(Context.IDENTITY, other, ROOT))).isInstanceOf(Refused.class);
    assertThat(offer(Envelope.sign(Context.IDENTITY, "[]", ROOT))).isInstanceOf(Refused.class);
    assertThat(trusted.document()).isEqualTo(former);
  }

  /// C-31: the root changes, and only with the word of the one that is trusted.
  @Test
  void followsANewRootThatTheTrustedOneSigned() throws MalformedException {
    var next = SigningKey.of(new byte[32]);
    String body = identityBody(ID, NOW + 1, NOW + 1000, CHANNEL).replace(b64(ROOT), b64(next));
    assertThat(offer(Envelope.sign(Context.IDENTITY, body, next)))
        .isEqualTo(
            new Refused(
                HOST
                    + " is not the coordinator of this join key (expected root "
                    + ROOT.verifyingKey().keyId()
                    + ", found "
                    + next.verifyingKey().keyId()
                    + "): wrong address, or the server was set up anew"));
    assertThat(offer(Envelope.sign(Context.IDENTITY, body, ROOT)))
        .isEqualTo(new Refused(HOST + " shows a new root key that did not sign"));
    assertThat(trusted.root()).isEqualTo(ROOT.verifyingKey());

    var both = Envelope.sign(Context.IDENTITY, body, ROOT, next);
    assertThat(offer(both)).isInstanceOf(Accepted.class);
    assertThat(trusted.root()).isEqualTo(next.verifyingKey());
    assertThat(trusted.hasRoot(ROOT.verifyingKey())).as("old join keys live on").isTrue();
    assertThat(trusted.hasRoot(RECORD.verifyingKey())).isFalse();

    // From now on the new one's word is enough, and the former root's counts no more.
    String later = body.replace("\"serial\":" + (NOW + 1), "\"serial\":" + (NOW + 2));
    assertThat(offer(Envelope.sign(Context.IDENTITY, later, ROOT))).isInstanceOf(Refused.class);
    assertThat(offer(Envelope.sign(Context.IDENTITY, later, next))).isInstanceOf(Accepted.class);

    // A join key of the old root leads to the new one.
    var fresh = TrustedCoordinator.first(HOST, ROOT.verifyingKey(), both, NOW_MS);
    assertThat(fresh.root()).isEqualTo(next.verifyingKey());
    var restored = TrustedCoordinator.restore(next.verifyingKey(), trusted.json());
    assertThat(restored.root()).isEqualTo(next.verifyingKey());
  }

  private static String b64(SigningKey key) {
    return key.verifyingKey().toB64();
  }

  @Test
  void learnsTheClockFromWelcome() {
    var ahead = welcome(trusted.document(), NOW_MS + 10_000);
    assertThat(trusted.welcomed(HOST, ahead, CHANNEL, NOW_MS, 80_000_000))
        .isInstanceOf(Accepted.class);
    assertThat(trusted.offsetMs()).isEqualTo(10_040);
    assertThat(trusted.seconds(NOW_MS)).isEqualTo(NOW + 10);
  }

  /// C-30; that it is shown, `CoordinatorTrustTest` of the agent sees.
  @Test
  void worksWithALocalClockYearsBehindOrDaysAhead() {
    long behind = NOW_MS - 20 * 365 * DAY * 1000;
    assertThat(trusted.welcomed(HOST, welcome(trusted.document(), NOW_MS), CHANNEL, behind, 0))
        .isInstanceOf(Accepted.class);
    assertThat(trusted.seconds(behind)).isEqualTo(NOW);
    long ahead = NOW_MS + 3 * DAY * 1000;
    assertThat(trusted.welcomed(HOST, welcome(trusted.document(), NOW_MS), CHANNEL, ahead, 0))
        .isInstanceOf(Accepted.class);
    assertThat(trusted.seconds(ahead)).isEqualTo(NOW);
  }

  /// C-30: a machine without a battery starts with a clock of years ago, joins, and is told the
  /// time only then. What it had learned of its clock is wrong from now on.
  @Test
  void comesBackAfterItsClockWasSetRight() {
    long behind = NOW_MS - 20 * 365 * DAY * 1000;
    trusted.welcomed(HOST, welcome(trusted.document(), NOW_MS), CHANNEL, behind, 0);
    assertThat(offer(trusted.document())).isInstanceOf(Accepted.class);
    assertThat(trusted.welcomed(HOST, welcome(trusted.document(), NOW_MS), CHANNEL, NOW_MS, 0))
        .isInstanceOf(Accepted.class);
    assertThat(trusted.offsetMs()).isZero();

    // A clock that goes ahead still does not end an identity, one that is right does.
    long ahead = NOW_MS + 1000 * DAY * 1000;
    trusted.welcomed(HOST, welcome(trusted.document(), NOW_MS), CHANNEL, ahead, 0);
    assertThat(trusted.offer(HOST, trusted.document(), ahead)).isInstanceOf(Accepted.class);
    long later = ahead + 2 * DAY * 1000;
    assertThat(trusted.offer(HOST, trusted.document(), later)).isInstanceOf(Refused.class);
  }

  @Test
  void refusesAWelcomeWithoutTheChannelKeyInUse() {
    var welcome = welcome(trusted.document(), NOW_MS + 5000);
    assertThat(trusted.welcomed(HOST, welcome, key(7), NOW_MS, 0)).isInstanceOf(Refused.class);
    assertThat(trusted.offsetMs()).isZero();
  }

  @Test
  void survivesARestartButNoChange() throws MalformedException {
    trusted.welcomed(
        HOST, welcome(identity(NOW + 5, NOW + 9000), NOW_MS - 7000), CHANNEL, NOW_MS, 0);
    var restored = TrustedCoordinator.restore(ROOT.verifyingKey(), trusted.json());
    assertThat(restored.identity()).isEqualTo(trusted.identity());
    assertThat(restored.offsetMs()).isEqualTo(-7000);
    String touched = trusted.json().replace("vpn.example.org", "vpm.example.org");
    assertThatThrownBy(() -> TrustedCoordinator.restore(ROOT.verifyingKey(), touched))
        .isInstanceOf(MalformedException.class);
  }

  private Verdict offer(Envelope document) {
    return trusted.offer(HOST, document, NOW_MS);
  }
}
