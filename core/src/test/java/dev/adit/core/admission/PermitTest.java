package dev.adit.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.ManagedAdmission.Applied;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SigningKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.ClassPair;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.ServedKey;
import dev.adit.wire.control.ControlMessage.ServedNetwork;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// a relay that is cut off, and nodes that it was never told of.
class PermitTest {
  private static final UUID NET = new UUID(0, 1);
  private static final UUID LAB = new UUID(0, 2);
  private static final UUID ELSEWHERE = new UUID(0, 3);
  private static final long CONTACT = 1_790_000_000;
  private static final long NOW = CONTACT + 3_600;

  private final SigningKey recordKey = SigningKey.generate(new Random(1));
  private final PublicKey member = key(2);
  private final PublicKey other = key(3);
  private final PublicKey foreign = key(4);
  private final PublicKey newcomer = key(5);
  private final ManagedAdmission admission = new ManagedAdmission(new HashMap<>());
  private final Set<PublicKey> revoked = new HashSet<>();

  private static PublicKey key(int seed) {
    return PrivateKey.generate(new Random(seed)).publicKey();
  }

  private static ServedKey served(PublicKey key, int n, int c) {
    return new ServedKey(key, n, c, "agent", 0);
  }

  @BeforeEach
  void holdsASet() {
    admission.onRevoked(revoked::addAll);
    var pairs = List.of(new ClassPair(1, 1));
    var set =
        new RelayAdmission(
            true,
            null,
            "1",
            false,
            List.of(new ServedNetwork(1, NET, pairs), new ServedNetwork(2, LAB, pairs)),
            List.of(),
            List.of(served(member, 1, 1), served(other, 1, 2), served(foreign, 2, 1)),
            List.of());
    assertThat(admission.apply(set)).isEqualTo(Applied.DONE);
  }

  private static RelayAdmission change(List<ServedKey> keys, PublicKey... gone) {
    return new RelayAdmission(false, "1", "2", false, List.of(), List.of(), keys, List.of(gone));
  }

  private static NodeRecord record(PublicKey key, UUID network, long issuedAt, long notAfter) {
    return new NodeRecord(
        network,
        new UUID(0, 9),
        key,
        true,
        "n",
        List.of(IpAddress.literal("10.77.0.9")),
        List.of(),
        List.of(),
        null,
        issuedAt,
        notAfter,
        1);
  }

  private PermitOutcome judged(NodeRecord record) {
    return judged(Envelope.sign(Context.NODE, record.body(), recordKey).json());
  }

  private PermitOutcome judged(String text) {
    return Permit.judge(
            text, newcomer, admission::serves, List.of(recordKey.verifyingKey()), CONTACT, NOW)
        .outcome();
  }

  private void permits(PublicKey key) {
    assertThat(admission.permit(record(key, NET, CONTACT, 0))).isEqualTo(PermitOutcome.ACCEPTED);
  }

  @Test
  void takesARecordIssuedAfterTheLastContact() {
    assertThat(judged(record(newcomer, NET, CONTACT + 60, 0))).isEqualTo(PermitOutcome.ACCEPTED);
    assertThat(judged(record(newcomer, NET, CONTACT - 90, 0))).isEqualTo(PermitOutcome.ACCEPTED);
    assertThat(judged(record(newcomer, NET, CONTACT, NOW + 1))).isEqualTo(PermitOutcome.ACCEPTED);
  }

  @Test
  void refusesWhatIsOldEndedOrOfSomebodyElse() {
    assertThat(judged(record(newcomer, NET, CONTACT - 91, 0))).isEqualTo(PermitOutcome.TOO_OLD);
    assertThat(judged(record(newcomer, NET, CONTACT, NOW - 90))).isEqualTo(PermitOutcome.EXPIRED);
    assertThat(judged(record(member, NET, CONTACT, 0))).isEqualTo(PermitOutcome.OTHER_KEY);
    assertThat(judged(record(newcomer, ELSEWHERE, CONTACT, 0)))
        .isEqualTo(PermitOutcome.OTHER_NETWORK);
    var good = record(newcomer, NET, CONTACT, 0);
    var stranger = SigningKey.generate(new Random(9));
    assertThat(judged(Envelope.sign(Context.NODE, good.body(), stranger).json()))
        .isEqualTo(PermitOutcome.NOT_SIGNED);
    assertThat(judged(Envelope.sign(Context.HEAD, good.body(), recordKey).json()))
        .isEqualTo(PermitOutcome.NOT_SIGNED);
    String critical = good.body().replace("{\"network\"", "{\"critical\":[\"x\"],\"network\"");
    for (String bad :
        new String[] {"", "{}", "[]", Envelope.sign(Context.NODE, critical, recordKey).json()}) {
      assertThat(judged(bad)).as(bad).isEqualTo(PermitOutcome.UNREADABLE);
    }
  }

  @Test
  void meetsEveryClassOfItsNetworkAndNoOtherNetwork() {
    assertThat(admission.allows(other, member)).isFalse();
    permits(newcomer);
    assertThat(admission.admits(newcomer)).isTrue();
    assertThat(admission.allows(newcomer, member)).isTrue();
    assertThat(admission.allows(other, newcomer)).isTrue();
    assertThat(admission.allows(newcomer, foreign)).isFalse();
    assertThat(admission.allows(foreign, newcomer)).isFalse();
    assertThat(admission.allows(newcomer, key(7))).isFalse();
    assertThat(admission.allows(other, member)).as("the others as before").isFalse();
    permits(key(7));
    assertThat(admission.allows(newcomer, key(7))).isTrue();
  }

  @Test
  void theSetWinsWhenItIsHeardOfAgain() {
    permits(newcomer);
    permits(key(7));
    assertThat(admission.apply(change(List.of(served(newcomer, 1, 1))))).isEqualTo(Applied.DONE);
    assertThat(revoked).as("who is in it keeps the connection").containsExactly(key(7));
    assertThat(admission.admits(newcomer)).isTrue();
    assertThat(admission.admits(key(7))).isFalse();
    assertThat(admission.permits()).isZero();
  }

  @Test
  void aSetThatPutsItsKeyElsewhereDisconnectsIt() {
    permits(newcomer);
    assertThat(admission.apply(change(List.of(served(newcomer, 2, 1))))).isEqualTo(Applied.DONE);
    assertThat(revoked).containsExactly(newcomer);
    assertThat(admission.allows(newcomer, foreign)).isTrue();
  }

  @Test
  void whoWasTakenOutOfTheSetDoesNotComeBackByARecord() {
    assertThat(admission.apply(change(List.of(), other))).isEqualTo(Applied.DONE);
    assertThat(admission.permit(record(other, NET, CONTACT, 0))).isEqualTo(PermitOutcome.REMOVED);
    assertThat(admission.admits(other)).isFalse();
  }

  @Test
  void endsWithItsRecordAndWithTheGraceTime() {
    assertThat(admission.permit(record(newcomer, NET, CONTACT, NOW)))
        .isEqualTo(PermitOutcome.ACCEPTED);
    permits(key(7));
    admission.timeReached(NOW - 1);
    assertThat(admission.admits(newcomer)).isTrue();
    admission.timeReached(NOW);
    assertThat(revoked).containsExactly(newcomer);
    admission.clear();
    assertThat(revoked).contains(key(7), member);
    assertThat(admission.permit(record(newcomer, NET, CONTACT, 0)))
        .isEqualTo(PermitOutcome.OTHER_NETWORK);
  }

  @Test
  void aThousandAreServedByPermit() {
    var random = new Random(8);
    for (int i = 0; i < ManagedAdmission.MOST_PERMITS; i++) {
      byte[] bytes = new byte[PublicKey.BYTES];
      random.nextBytes(bytes);
      permits(PublicKey.of(bytes));
    }
    assertThat(admission.permit(record(newcomer, NET, CONTACT, 0)))
        .isEqualTo(PermitOutcome.TOO_MANY);
    admission.endPermits();
    assertThat(revoked).hasSize(ManagedAdmission.MOST_PERMITS);
  }
}
