package dev.adit.coordinator.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.coordinator.AddressPlan;
import dev.adit.core.coordinator.JoinKeyRow;
import dev.adit.core.coordinator.JoinKeys;
import dev.adit.core.coordinator.Joining;
import dev.adit.core.coordinator.Records;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.Removing;
import dev.adit.core.coordinator.Revoking;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SigningKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.Revisions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands against a real file.
class TransactionsTest {
  private static final long NOW = 1_763_712_000_000L;
  private static final UUID NETWORK = UUID.fromString("019a0000-0000-7000-8000-0000000000a1");
  private static final AddressPlan PLAN =
      new AddressPlan(Prefix.literal("10.77.0.0/24"), Prefix.literal("fd5a:1d17:77::/48"));

  @TempDir Path folder;
  private final Random random = new Random(5);
  private final SigningKey recordKey = SigningKey.generate(random);
  private final Transactions transactions =
      new Transactions(new Records(() -> List.of(recordKey)), random);
  private Database database;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(folder.resolve("coordinator.db"));
    database.transact(sql -> Reads.createNetwork(sql, NETWORK, "default", PLAN, NOW / 1000));
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  @Test
  void aJoinWritesNodeAddressesUseAndHistoryAtOnce() throws Exception {
    var key = key(1);
    var joined = join(key, machine());

    var node = ((Joining.Outcome.Created) joined.outcome()).node();
    var committed = requireNonNull(joined.committed());
    assertThat(node.addresses())
        .containsExactly(IpAddress.literal("10.77.0.1"), IpAddress.literal("fd5a:1d17:77:1::1"));
    assertThat(committed.network().revision()).isEqualTo(1);
    assertThat(committed.change().text())
        .isEqualTo("[{\"kind\":\"node\",\"id\":\"" + node.id() + "\"}]");
    assertThat(committed.network().digest())
        .isEqualTo(Revisions.next(Revisions.first(NETWORK), 1, committed.change().text()));
    assertThat(uses(key)).isEqualTo(1);

    var stored = database.transact(sql -> Reads.liveNodes(sql, NETWORK));
    assertThat(stored).containsExactly(committed.nodes().getFirst());
    var envelope = Envelope.parse(stored.getFirst().record());
    assertThat(envelope.isSignedBy(Context.NODE, List.of(recordKey.verifyingKey()))).isTrue();
    assertThat(NodeRecord.parse(envelope.body()).key()).isEqualTo(node.nodeKey());
  }

  /// C-13: the answer was lost, the agent asks again, the key has expired by then.
  @Test
  void theSameMachineGetsTheSameNodeAgainAndNoUseIsCounted() throws Exception {
    var key = key(1);
    var command = command(key, machine());
    var first = database.transact(sql -> transactions.join(sql, command, NOW));
    var again = database.transact(sql -> transactions.join(sql, command, NOW + 100_000_000));

    var node = ((Joining.Outcome.Created) first.outcome()).node();
    assertThat(again.outcome()).isEqualTo(new Joining.Outcome.Existing(node));
    assertThat(again.committed()).isNull();
    assertThat(uses(key)).isEqualTo(1);
  }

  /// C-12.
  @Test
  void oneOfAHundredMachinesWinsAOneOffKey() throws Exception {
    var key = key(1);
    var outcomes = new LinkedBlockingQueue<Joining.Outcome>();
    try (var writer = new Writer(Database.open(folder.resolve("coordinator.db")))) {
      var start = new CountDownLatch(1);
      var machines = new ArrayList<Joining.Command>();
      for (int i = 0; i < 100; i++) {
        machines.add(command(key, machine()));
      }
      for (var machine : machines) {
        Thread.ofVirtual()
            .start(() -> {
              try {
                start.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              writer.submit(
                  sql -> transactions.join(sql, machine, NOW),
                  result -> outcomes.add(done(result).outcome()));
            });
      }
      start.countDown();
      int created = 0;
      int used = 0;
      for (int i = 0; i < 100; i++) {
        switch (requireNonNull(outcomes.poll(30, TimeUnit.SECONDS))) {
          case Joining.Outcome.Created _ -> created++;
          case Joining.Outcome.Refused(Refusal refusal) ->
              used += refusal.code().equals("join_key_used") ? 1 : 0;
          default -> throw new AssertionError();
        }
      }
      assertThat(created).isEqualTo(1);
      assertThat(used).isEqualTo(99);
    }
    assertThat(uses(key)).isEqualTo(1);
    assertThat(database.transact(sql -> Reads.networks(sql)).getFirst().revision()).isEqualTo(1);
  }

  @Test
  void namesAndAddressesAreTheLowestFreeAndReleasedOnesRestADay() throws Exception {
    var key = key(10);
    var one = created(join(key, machine()));
    var two = created(join(key, machine()));
    assertThat(two.name()).isEqualTo("laptop-2");
    assertThat(two.host()).isEqualTo(2);

    var removed = database.transact(sql -> transactions.remove(sql, "laptop", NOW / 1000));
    assertThat(removed.outcome()).isInstanceOf(Removing.Outcome.Removed.class);
    assertThat(requireNonNull(removed.committed()).network().revision()).isEqualTo(3);
    var three = created(join(key, machine()));
    assertThat(three.host()).isEqualTo(3);
    assertThat(three.name()).isEqualTo("laptop");

    long tomorrow = NOW + 24 * 3_600_000L;
    assertThat(created(joinAt(key, tomorrow - 1000)).host()).isEqualTo(4);
    assertThat(created(joinAt(key, tomorrow)).host()).isEqualTo(one.host());
  }

  @Test
  void aRemovedMachineJoinsAgainAsANewNode() throws Exception {
    var key = key(10);
    var command = command(key, machine());
    var first = created(database.transact(sql -> transactions.join(sql, command, NOW)));
    database.transact(sql -> transactions.remove(sql, first.id().toString(), NOW / 1000));
    var second = created(database.transact(sql -> transactions.join(sql, command, NOW)));

    assertThat(second.id()).isNotEqualTo(first.id());
    var tombstones = database.transact(sql -> Reads.tombstones(sql, NETWORK, 0));
    assertThat(tombstones).hasSize(1);
  }

  @Test
  void aForeignNodeKeyIsTakenAndCountsNoUse() throws Exception {
    var key = key(10);
    var one = command(key, machine());
    database.transact(sql -> transactions.join(sql, one, NOW));
    var thief =
        new Joining.Command(
            one.keyId(), one.secret(), machine(), one.nodeKey(), true, "x", List.of());
    var outcome = database.transact(sql -> transactions.join(sql, thief, NOW)).outcome();

    assertThat(((Joining.Outcome.Refused) outcome).refusal().code()).isEqualTo("node_key_taken");
    assertThat(uses(key)).isEqualTo(1);
  }

  @Test
  void aRevokedKeyJoinsNobodyAndRevokingTwiceIsHarmless() throws Exception {
    var key = key(10);
    var first = database.transact(sql -> transactions.revokeKey(sql, key.row().id(), NOW / 1000));
    var again = database.transact(sql -> transactions.revokeKey(sql, key.row().id(), NOW));
    var none = database.transact(sql -> transactions.revokeKey(sql, "AAAAAAAA", NOW));

    assertThat(((Revoking.Outcome.Revoked) first).changed()).isTrue();
    assertThat(((Revoking.Outcome.Revoked) again).changed()).isFalse();
    assertThat(none).isInstanceOf(Revoking.Outcome.Refused.class);
    var outcome = (Joining.Outcome.Refused) join(key, machine()).outcome();
    assertThat(outcome.refusal().code()).isEqualTo("join_key_revoked");
  }

  /// C-14: a full disk.
  @Test
  void withoutRoomOnTheDiskNothingIsCountedAndTheReasonIsTold() throws Exception {
    var key = key(10);
    var file = Database.open(folder.resolve("coordinator.db"));
    long pages = file.transact(sql -> sql.number("PRAGMA page_count"));
    file.transact(sql -> sql.number("PRAGMA max_page_count = " + pages));
    var results = new LinkedBlockingQueue<Writer.Result<Transactions.Joined>>();
    try (var writer = new Writer(file)) {
      for (int i = 0; i < 100; i++) {
        var command = command(key, machine());
        writer.submit(sql -> transactions.join(sql, command, NOW), results::add);
      }
    }
    var refusals = new ArrayList<Refusal>();
    int created = 0;
    for (var result : results) {
      switch (result) {
        case Writer.Result.Failed(var refusal) -> refusals.add(refusal);
        case Writer.Result.Done(var joined) ->
            created += joined.outcome() instanceof Joining.Outcome.Created ? 1 : 0;
      }
    }
    assertThat(refusals).isNotEmpty();
    assertThat(refusals.getFirst().text())
        .isEqualTo("the coordinator cannot write now (disk full); next try in 30 s");
    assertThat(uses(key)).isEqualTo(created);
    var live = database.transact(sql -> Reads.liveNodes(sql, NETWORK));
    assertThat(live).hasSize(created);
  }

  @Test
  void noSecretIsInTheFile() throws Exception {
    var key = key(1);
    assertThat(database.transact(sql -> Reads.joinKeys(sql)).getFirst().secretHash())
        .isEqualTo(dev.adit.crypto.Hash.sha256(key.secret()));
    assertThat(key.toString()).doesNotContain("[B@");
  }

  private JoinKeys.Outcome.Created key(int uses) throws Exception {
    var wish = new JoinKeys.Wish(NETWORK, JoinKeyRow.Kind.NODE, uses, 86_400);
    return (JoinKeys.Outcome.Created)
        database.transact(sql -> transactions.createKey(sql, wish, NOW / 1000 + 600));
  }

  private PublicKey machine() {
    return PrivateKey.generate(random).publicKey();
  }

  private Joining.Command command(JoinKeys.Outcome.Created key, PublicKey machine) {
    return new Joining.Command(
        key.row().id(), key.secret(), machine, machine(), true, "Laptop", List.of());
  }

  private Transactions.Joined join(JoinKeys.Outcome.Created key, PublicKey machine)
      throws Exception {
    var command = command(key, machine);
    return database.transact(sql -> transactions.join(sql, command, NOW));
  }

  private Transactions.Joined joinAt(JoinKeys.Outcome.Created key, long millis) throws Exception {
    var command = command(key, machine());
    return database.transact(sql -> transactions.join(sql, command, millis));
  }

  private static dev.adit.core.coordinator.NodeRow created(Transactions.Joined joined) {
    return ((Joining.Outcome.Created) joined.outcome()).node();
  }

  private int uses(JoinKeys.Outcome.Created key) throws Exception {
    return database.transact(sql -> requireNonNull(Reads.joinKey(sql, key.row().id())).uses());
  }

  private static <T> T done(Writer.Result<T> result) {
    return ((Writer.Result.Done<T>) result).value();
  }
}
