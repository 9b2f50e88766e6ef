package dev.adit.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.ManagedAdmission.Applied;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.control.ControlMessage.ClassPair;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.ServedKey;
import dev.adit.wire.control.ControlMessage.ServedNetwork;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManagedAdmissionTest {
  private static final UUID NET = new UUID(0, 1);
  private static final UUID LAB = new UUID(0, 2);
  private static final ServedNetwork ONE =
      network(1, NET, new ClassPair(1, 1), new ClassPair(1, 2));
  private static final ServedNetwork TWO = network(2, LAB, new ClassPair(1, 1));

  private final PublicKey a = key(1);
  private final PublicKey b = key(2);
  private final PublicKey server = key(3);
  private final PublicKey otherServer = key(4);
  private final PublicKey foreign = key(5);
  private final PublicKey stranger = key(6);
  private final ManagedAdmission admission = new ManagedAdmission(new HashMap<>());
  private final Set<PublicKey> revoked = new HashSet<>();

  private static PublicKey key(int seed) {
    return PrivateKey.generate(new Random(seed)).publicKey();
  }

  private static ServedNetwork network(int n, UUID id, ClassPair... pairs) {
    return new ServedNetwork(n, id, List.of(pairs));
  }

  private static ServedKey served(PublicKey key, int n, int c) {
    return new ServedKey(key, n, c, "agent", 0);
  }

  private static RelayAdmission whole(
      String token, boolean more, List<ServedNetwork> networks, ServedKey... keys) {
    return new RelayAdmission(
        true, null, token, more, networks, List.of(), List.of(keys), List.of());
  }

  private static RelayAdmission change(
      @Nullable String base, String token, List<ServedKey> keys, PublicKey... gone) {
    return new RelayAdmission(false, base, token, false, List.of(), List.of(), keys, List.of(gone));
  }

  @BeforeEach
  void holdsASet() {
    admission.onRevoked(revoked::addAll);
    var first =
        whole(
            "1", true, List.of(ONE, TWO), served(a, 1, 1), served(b, 1, 1), served(foreign, 2, 1));
    var second = whole("1", false, List.of(), served(server, 1, 2), served(otherServer, 1, 2));
    assertThat(admission.apply(first)).isEqualTo(Applied.PART);
    assertThat(admission.admits(a)).as("before the last part").isFalse();
    assertThat(admission.apply(second)).isEqualTo(Applied.DONE);
  }

  @Test
  void allowsPairsOfOneNetworkWhoseClassesMeet() {
    assertThat(admission.allows(a, b)).isTrue();
    assertThat(admission.allows(a, server)).isTrue();
    assertThat(admission.allows(server, a)).isTrue();
    assertThat(admission.allows(server, otherServer)).as("class 2 with itself").isFalse();
  }

  @Test
  void aForeignKeyIsAsOneThatDoesNotExist() {
    assertThat(admission.admits(foreign)).isTrue();
    assertThat(admission.allows(a, foreign)).isFalse();
    assertThat(admission.allows(a, stranger)).isFalse();
    assertThat(admission.allows(foreign, a)).isFalse();
    assertThat(admission.allows(stranger, a)).isFalse();
  }

  @Test
  void whoIsGoneOrChangesNetworkOrClassIsDisconnected() {
    assertThat(admission.apply(change("1", "2", List.of(served(b, 2, 1), served(server, 1, 1)), a)))
        .isEqualTo(Applied.DONE);
    assertThat(revoked).containsExactlyInAnyOrder(a, b, server);
    assertThat(admission.admits(a)).isFalse();
    assertThat(admission.allows(b, foreign)).isTrue();
    assertThat(admission.token()).isEqualTo("2");
  }

  @Test
  void whoseNetworkIsGoneIsDisconnected() {
    var gone =
        new RelayAdmission(false, "1", "2", false, List.of(), List.of(2), List.of(), List.of());
    assertThat(admission.apply(gone)).isEqualTo(Applied.DONE);
    assertThat(revoked).containsExactly(foreign);
    assertThat(admission.networks()).isEqualTo(1);
  }

  /// a whole set of three parts that is cut after two, while `b` is removed.
  @Test
  void partsOfAnEarlierStreamOrSetDoNotCount() {
    var beginning = whole("2", true, List.of(ONE), served(a, 1, 1), served(b, 1, 1));
    assertThat(admission.apply(beginning)).isEqualTo(Applied.PART);
    assertThat(admission.token()).as("the old set stays").isEqualTo("1");
    admission.streamOpened();
    assertThat(admission.apply(whole("2", false, List.of(ONE), served(a, 1, 1))))
        .isEqualTo(Applied.DONE);
    assertThat(admission.admits(b)).as("of an unfinished stream").isFalse();

    assertThat(admission.apply(whole("3", true, List.of(ONE), served(b, 1, 1))))
        .isEqualTo(Applied.PART);
    assertThat(admission.apply(whole("4", false, List.of(ONE), served(a, 1, 1))))
        .isEqualTo(Applied.DONE);
    assertThat(admission.admits(b)).as("of another set").isFalse();
  }

  @Test
  void theSameTwiceIsHarmless() {
    var change = change("1", "1", List.of(served(a, 1, 1)));
    assertThat(admission.apply(change)).isEqualTo(Applied.DONE);
    assertThat(admission.apply(change)).isEqualTo(Applied.DONE);
    assertThat(revoked).isEmpty();
  }

  @Test
  void aChangeOfAnotherSetIsNotTaken() {
    assertThat(admission.apply(change("0", "2", List.of(served(stranger, 1, 1)))))
        .isEqualTo(Applied.OTHER_BASE);
    assertThat(admission.apply(change(null, "2", List.of()))).isEqualTo(Applied.OTHER_BASE);
    assertThat(admission.admits(stranger)).isFalse();
  }

  /// After a restart of the coordinator networks have other numbers.
  @Test
  void aWholeSetThatSaysTheSameDisconnectsNobody() {
    var again =
        whole(
            "9",
            false,
            List.of(
                network(7, NET, new ClassPair(1, 1), new ClassPair(1, 2)),
                network(8, LAB, new ClassPair(1, 1))),
            served(a, 7, 1),
            served(b, 7, 2),
            served(foreign, 8, 1),
            served(server, 7, 2));
    assertThat(admission.apply(again)).isEqualTo(Applied.DONE);
    assertThat(revoked).containsExactlyInAnyOrder(b, otherServer);
    assertThat(admission.allows(a, server)).isTrue();
    assertThat(admission.allows(a, foreign)).isFalse();
  }

  @Test
  void moreThanARelayHoldsIsRefusedAndTheOldSetStays() {
    var many = new ArrayList<ServedKey>();
    for (int i = 0; i <= ManagedAdmission.MOST_KEYS / 2; i++) {
      many.add(served(a, 1, 1));
    }
    var part = new RelayAdmission(true, null, "2", true, List.of(), List.of(), many, List.of());
    assertThat(admission.apply(part)).isEqualTo(Applied.PART);
    assertThat(admission.apply(part)).isEqualTo(Applied.TOO_LARGE);
    assertThat(admission.token()).isEqualTo("1");
    assertThat(admission.allows(a, b)).isTrue();
  }

  @Test
  void whatHasAnEndEnds() {
    var until = new ServedKey(a, 1, 1, "agent", 100);
    assertThat(admission.apply(change("1", "2", List.of(until)))).isEqualTo(Applied.DONE);
    admission.timeReached(99);
    assertThat(admission.admits(a)).isTrue();
    admission.timeReached(100);
    assertThat(admission.admits(a)).isFalse();
    assertThat(revoked).containsExactly(a);
  }

  @Test
  void aSnapshotIsTheSameSet() {
    var other = new ManagedAdmission(new HashMap<>());
    var snapshot = admission.snapshot();
    assertThat(snapshot).isNotNull();
    if (snapshot != null) {
      assertThat(other.apply(snapshot)).isEqualTo(Applied.DONE);
    }
    assertThat(other.token()).isEqualTo("1");
    assertThat(other.allows(a, server)).isTrue();
    assertThat(other.allows(a, foreign)).isFalse();
    admission.clear();
    assertThat(revoked).hasSize(5);
    assertThat(admission.snapshot()).isNull();
  }
}
