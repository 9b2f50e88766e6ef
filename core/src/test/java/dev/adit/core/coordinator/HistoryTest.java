package dev.adit.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SigningKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import dev.adit.wire.Text;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.Revisions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Revisions, records, what a token deserves, and healing after a restore.
class HistoryTest {
  private static final long NOW = 1_763_712_000L;
  private static final UUID NETWORK = UUID.fromString("019a0000-0000-7000-8000-0000000000a1");
  private static final UUID NODE = UUID.fromString("019a0000-0000-7000-8000-0000000000b1");
  private static final AddressPlan PLAN =
      new AddressPlan(Prefix.literal("10.77.0.0/18"), Prefix.literal("fd5a:1d17:77::/48"));

  private final Random random = new Random(2);
  private final SigningKey recordKey = SigningKey.generate(random);
  private final Records records = new Records(() -> List.of(recordKey));
  private final PublicKey machine = PrivateKey.generate(random).publicKey();
  private NetworkRow network =
      new NetworkRow(NETWORK, "default", PLAN, 0, Revisions.first(NETWORK));
  private final NetworkView view = new NetworkView(network);

  /// The vectors of control §11.
  @Test
  void aStepHasTheSpecifiedTextAndDigest() {
    var step = History.append(network, List.of(new History.Item(History.Kind.NODE, NODE)), NOW);
    assertThat(step.change().text())
        .isEqualTo("[{\"kind\":\"node\",\"id\":\"019a0000-0000-7000-8000-0000000000b1\"}]");
    assertThat(Text.hex(step.network().digest()))
        .isEqualTo("2b1d89d44b886db8598af398107965ad81e09fbd7ef0b1a1dbe735b22f1aa1c1");
    assertThat(History.items(step.change().text()))
        .containsExactly(new History.Item(History.Kind.NODE, NODE));
  }

  @Test
  void serialsRiseEvenIfTheClockGoesBack() {
    assertThat(Serials.next(0, 100)).isEqualTo(100);
    assertThat(Serials.next(100, 100)).isEqualTo(101);
    assertThat(Serials.next(200, 100)).isEqualTo(201);
  }

  @Test
  void aTokenDeservesNothingADeltaOrTheMap() {
    String zero = view.token();
    var one = node(2, 0);
    change(one);
    String afterOne = view.token();
    var two = node(3, 0);
    change(two);

    assertThat(view.resume(view.token())).isEqualTo(new NetworkView.Resume.Current());
    var fromOne = ((NetworkView.Resume.Changed) view.resume(afterOne)).difference();
    assertThat(fromOne.nodes()).containsExactly(records.node(two));
    assertThat(fromOne.from()).isEqualTo(1);
    var fromZero = ((NetworkView.Resume.Changed) view.resume(zero)).difference();
    assertThat(fromZero.nodes()).hasSize(2);

    change(one.ended(NOW));
    var gone = ((NetworkView.Resume.Changed) view.resume(zero)).difference();
    assertThat(gone.gone()).containsExactly(one.id());
    assertThat(gone.nodes()).containsExactly(records.node(two));

    assertThat(view.resume(null)).isEqualTo(new NetworkView.Resume.Whole("new"));
    assertThat(view.resume("1.1.0000000000000000"))
        .isEqualTo(new NetworkView.Resume.Whole("history"));
    assertThat(view.resume("1.9.0000000000000000"))
        .isEqualTo(new NetworkView.Resume.Whole("history"));
    assertThat(view.resume("2" + view.token().substring(1)))
        .isEqualTo(new NetworkView.Resume.Whole("generation"));
  }

  @Test
  void aTokenOlderThanTheKeptHistoryGetsTheMap() {
    change(node(2, 0));
    String old = view.token();
    var later = new NetworkView(network);
    network = new NetworkRow(NETWORK, "default", PLAN, 7, new byte[32]);
    var fresh = new NetworkView(network);
    assertThat(later.resume(old)).isEqualTo(new NetworkView.Resume.Current());
    assertThat(fresh.resume(old)).isEqualTo(new NetworkView.Resume.Whole("old"));
  }

  @Test
  void aRecordNewerThanOursIsAnsweredWithOurContentAboveIt() throws Exception {
    var own = node(2, 0);
    var held = held(own, NOW + 500);
    assertThat(heal(own, held)).isEqualTo(new Healing.Outcome.Reissue(NOW + 500));
    assertThat(own.above(NOW + 500, NOW).serial()).isEqualTo(NOW + 501);
    assertThat(own.above(NOW + 500, NOW).name()).isEqualTo(own.name());
  }

  /// C-17.
  @Test
  void forgedLowerAndFutureReportsChangeNothing() throws Exception {
    var own = node(2, 0);
    var other = SigningKey.generate(random);
    var stranger = new Records(() -> List.of(other));
    var forged = stranger.node(own.above(NOW + 500, NOW));
    assertThat(Healing.verified(forged, List.of(recordKey.verifyingKey()))).isNull();

    assertThat(heal(own, held(own, NOW - 5))).isEqualTo(new Healing.Outcome.Ignored());
    assertThat(heal(own, records.node(own))).isEqualTo(new Healing.Outcome.Ignored());
    assertThat(heal(own, held(own, NOW + 2 * 86_400)))
        .isEqualTo(new Healing.Outcome.Alarm(NOW + 2 * 86_400));
    assertThat(heal(own.ended(NOW), held(own, NOW + 5))).isEqualTo(new Healing.Outcome.Ignored());
  }

  @Test
  void aRelaysKeySaysWhichItIs() {
    var key = PrivateKey.generate(random).publicKey();
    var made = RelayChoosing.decide(List.of(), List.of(relay(key, 443)), null, NOW * 1000, random);
    RelayRow row = made.getFirst().row();
    assertThat(row.notAfter()).isEqualTo(NOW + 7 * 86_400);

    assertThat(choose(row, relay(key, 443), NOW + 86_400)).isEmpty();
    var renewed = choose(row, relay(key, 443), NOW + 4 * 86_400).getFirst().row();
    assertThat(renewed.id()).isEqualTo(row.id());
    assertThat(renewed.serial()).isEqualTo(NOW + 4 * 86_400);
    var changed = choose(row, relay(key, 8443), NOW + 1).getFirst();
    assertThat(changed.row().id()).isEqualTo(row.id());
    var gone = RelayChoosing.decide(List.of(row), List.of(), null, NOW * 1000, random).getFirst();
    assertThat(gone.row().live()).isFalse();
    assertThat(gone.description()).isNull();
    var back = choose(gone.row(), relay(key, 443), NOW + 2).getFirst();
    assertThat(back.row().id()).isEqualTo(row.id());
    assertThat(back.row().live()).isTrue();
  }

  private List<RelayChoosing.Change> choose(RelayRow row, RelayDescription relay, long now) {
    return RelayChoosing.decide(List.of(row), List.of(relay), null, now * 1000, random);
  }

  private void change(NodeRow node) {
    var step =
        History.append(network, List.of(new History.Item(History.Kind.NODE, node.id())), NOW);
    network = step.network();
    var changed = List.of(new NetworkView.Node(node, records.node(node)));
    view.committed(network, step.change(), changed, Map.of());
  }

  private Healing.Outcome heal(NodeRow own, Envelope held) throws Exception {
    var record = Healing.verified(held, List.of(recordKey.verifyingKey()));
    if (record == null) {
      throw new AssertionError("not ours");
    }
    return Healing.decide(record, own.isLive() ? own.serial() : -1, records.node(own).body(), NOW);
  }

  /// What an agent holds from before the restore: another name, this serial.
  private Envelope held(NodeRow node, long serial) throws Exception {
    var now = NodeRecord.parse(records.node(node).body());
    var then =
        new NodeRecord(
            now.network(),
            now.node(),
            now.key(),
            true,
            "before",
            now.addresses(),
            List.of(),
            List.of(),
            null,
            NOW,
            0,
            serial);
    return Envelope.sign(Context.NODE, then.body(), recordKey);
  }

  private NodeRow node(int host, long endedAt) {
    var key = PrivateKey.generate(random).publicKey();
    UUID id = new UUID(NODE.getMostSignificantBits(), NODE.getLeastSignificantBits() + host);
    return new NodeRow(
        NETWORK, id, machine, key, "n" + host, PLAN.addresses(host), host, NOW, NOW, NOW, endedAt);
  }

  private static RelayDescription relay(PublicKey key, int tcp) {
    return new RelayDescription(
        key,
        null,
        "r",
        "eu",
        900,
        List.of(),
        List.of(IpAddress.literal("198.51.100.10")),
        tcp,
        List.of(3478),
        List.of(),
        List.of(RelayDescription.DERP));
  }
}
