package dev.adit.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.coordinator.Joining.Outcome;
import dev.adit.crypto.Hash;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Control R-JOIN-5, R-JOIN-7; C-11 and C-14 as decisions.
class JoiningTest {
  private static final long NOW = 1_763_712_000L;
  private static final UUID NETWORK = UUID.fromString("019a0000-0000-7000-8000-0000000000a1");
  private static final UUID PRINTER = UUID.fromString("019a0000-0000-7000-8000-0000000000b2");
  private static final AddressPlan PLAN =
      new AddressPlan(Prefix.literal("10.77.0.0/18"), Prefix.literal("fd5a:1d17:77::/48"));
  private static final byte[] SECRET = new byte[24];

  private final Random random = new Random(1);
  private final PublicKey machine = PrivateKey.generate(random).publicKey();
  private final PublicKey nodeKey = PrivateKey.generate(random).publicKey();
  private final PublicKey otherKey = PrivateKey.generate(random).publicKey();

  private JoinKeyRow key = key(JoinKeyRow.Kind.NODE, 0, 1, NOW + 60, 0);
  private @Nullable NodeRow ofMachine;
  private @Nullable NodeRow ofNodeKey;
  private int nodes = 1;
  private Set<String> names = Set.of();
  private Map<IpAddress, String> owners = Map.of();
  private long freeHost = 2;
  private byte[] secret = SECRET;
  private PublicKey wishedKey = nodeKey;
  private boolean proven = true;
  private String name = "laptop";
  private List<IpAddress> addresses = List.of();

  @Test
  void aGoodKeyMakesANodeWithTheLowestFreeAddress() {
    var node = created();

    assertThat(node.name()).isEqualTo("laptop");
    assertThat(node.addresses())
        .containsExactly(IpAddress.literal("10.77.0.2"), IpAddress.literal("fd5a:1d17:77:1::2"));
    assertThat(node.serial()).isEqualTo(NOW);
    assertThat(node.id().version()).isEqualTo(7);
    assertThat(node.isLive()).isTrue();
  }

  @Test
  void anUnknownKeyIsRefusedBeforeAnythingElse() {
    var refused = Joining.decide(null, command(), NOW * 1000, random);

    assertThat(refused)
        .isEqualTo(
            new Outcome.Refused(
                new Refusal(
                    "join_key_unknown",
                    "join key AAECAwQF is not known here; make a new one: adit key create",
                    0,
                    false)));
  }

  @Test
  void aWrongSecretLooksLikeAnUnknownKeyEvenToANodeAndForAnEndedKey() {
    secret = new byte[] {1};
    ofMachine = node(nodeKey);
    key = key(JoinKeyRow.Kind.NODE, 1, 1, NOW - 1, NOW - 2);

    assertThat(refusal().code()).isEqualTo("join_key_unknown");
  }

  @Test
  void aMachineThatIsANodeGetsItsNodeWhateverTheKeysState() {
    ofMachine = node(nodeKey);
    proven = false;
    for (var ended :
        List.of(
            key(JoinKeyRow.Kind.NODE, 1, 1, NOW + 60, 0),
            key(JoinKeyRow.Kind.NODE, 0, 1, NOW, 0),
            key(JoinKeyRow.Kind.NODE, 0, 1, NOW + 60, NOW),
            key(JoinKeyRow.Kind.RELAY, 0, 1, NOW + 60, 0))) {
      key = ended;
      assertThat(decide()).isEqualTo(new Outcome.Existing(ofMachine));
    }
  }

  @Test
  void aNewProvenNodeKeyReplacesTheOldOneOfTheSameNode() {
    ofMachine = node(otherKey);
    key = key(JoinKeyRow.Kind.NODE, 1, 1, NOW - 5, 0);

    var node = ((Outcome.Rekeyed) decide()).node();

    assertThat(node.nodeKey()).isEqualTo(nodeKey);
    assertThat(node.id()).isEqualTo(PRINTER);
    assertThat(node.serial()).isEqualTo(ofMachine.serial() + 1);
  }

  @Test
  void aReplacementKeyIsJudgedLikeAnyOther() {
    ofMachine = node(otherKey);
    proven = false;

    assertThat(refusal().code()).isEqualTo("node_key_proof");
  }

  @Test
  void theKindIsJudgedBeforeTheNodeKey() {
    key = key(JoinKeyRow.Kind.RELAY, 1, 1, NOW - 5, 0);
    proven = false;

    assertThat(refusal().code()).isEqualTo("join_key_kind");
    assertThat(refusal().text()).isEqualTo("join key AAECAwQF is for a relay, not for a node");
  }

  @Test
  void aNodeKeyIsJudgedBeforeTheStateOfTheJoinKey() {
    key = key(JoinKeyRow.Kind.NODE, 1, 1, NOW - 5, NOW);
    ofNodeKey = node(nodeKey);

    assertThat(refusal().text())
        .isEqualTo("WireGuard key: belongs to another node; run: adit up --new-identity");
    proven = false;
    assertThat(refusal().text())
        .isEqualTo("WireGuard key: proof is wrong; run: adit up --new-identity");
    wishedKey = PublicKey.of(new byte[32]);
    assertThat(refusal().code()).isEqualTo("node_key_invalid");
    assertThat(refusal().text())
        .isEqualTo("WireGuard key: not usable; run: adit up --new-identity");
  }

  @Test
  void anEndedKeyIsRevokedThenExpiredThenUsed() {
    key = key(JoinKeyRow.Kind.NODE, 1, 1, NOW - 5, NOW - 7);
    assertThat(refusal().text())
        .isEqualTo("join key AAECAwQF was revoked; make a new one: adit key create");
    assertThat(refusal().code()).isEqualTo("join_key_revoked");

    key = key(JoinKeyRow.Kind.NODE, 1, 1, NOW, 0);
    assertThat(refusal().text())
        .isEqualTo(
            "join key AAECAwQF expired at 2025-11-21T08:00:00Z; make a new one: adit key create");
    assertThat(refusal().code()).isEqualTo("join_key_expired");

    key = key(JoinKeyRow.Kind.NODE, 1, 1, NOW + 1, 0);
    assertThat(refusal().text())
        .isEqualTo("join key AAECAwQF was used 1 of 1 times; make a new one: adit key create");
    assertThat(refusal().code()).isEqualTo("join_key_used");
  }

  @Test
  void anEndedKeyIsToldBeforeAFullNetworkOrATakenAddress() {
    key = key(JoinKeyRow.Kind.NODE, 1, 1, NOW + 1, 0);
    freeHost = 0;
    wish("10.77.0.9");
    owners = Map.of(IpAddress.literal("10.77.0.9"), "printer");

    assertThat(refusal().code()).isEqualTo("join_key_used");
  }

  @Test
  void aWishedAddressIsHonouredWithItsPartnerOfTheOtherFamily() {
    wish("10.77.1.44");
    assertThat(created().addresses().getLast()).isEqualTo(IpAddress.literal("fd5a:1d17:77:1::12c"));

    wish("fd5a:1d17:77:1::12c");
    assertThat(created().addresses().getFirst()).isEqualTo(IpAddress.literal("10.77.1.44"));
  }

  @Test
  void aWishedAddressInUseOrOutsideIsRefused() {
    wish("10.77.0.9");
    owners = Map.of(IpAddress.literal("10.77.0.9"), "printer");
    assertThat(refusal().text())
        .isEqualTo("address 10.77.0.9 is in use by printer; choose another or none");

    wish("10.78.0.9");
    assertThat(refusal().code()).isEqualTo("address_invalid");
    wish("10.77.0.9", "fd5a:1d17:77:1::a");
    owners = Map.of();
    assertThat(refusal().code()).isEqualTo("address_invalid");
  }

  @Test
  void aFullNetworkIsToldByItsName() {
    freeHost = 0;
    assertThat(refusal().text())
        .isEqualTo("network default is full; remove nodes or widen its range");

    freeHost = 5;
    nodes = Joining.MOST_NODES;
    assertThat(refusal().code()).isEqualTo("network_full");
  }

  @Test
  void aTakenNameGetsANumber() {
    names = Set.of("laptop", "laptop-2");
    assertThat(created().name()).isEqualTo("laptop-3");
  }

  @Test
  void commandsPrintNoSecret() {
    assertThat(command().toString()).contains("secret …").doesNotContain("[B@");
  }

  private NodeRow created() {
    return ((Outcome.Created) decide()).node();
  }

  private Refusal refusal() {
    return ((Outcome.Refused) decide()).refusal();
  }

  private Outcome decide() {
    var network = new NetworkRow(NETWORK, "default", PLAN, 1, new byte[32]);
    var slice =
        new Joining.Slice(key, network, ofMachine, ofNodeKey, nodes, names, owners, freeHost);
    return Joining.decide(slice, command(), NOW * 1000, random);
  }

  private Joining.Command command() {
    return new Joining.Command("AAECAwQF", secret, machine, wishedKey, proven, name, addresses);
  }

  private void wish(String... literals) {
    addresses = List.of(literals).stream().map(IpAddress::literal).toList();
  }

  private NodeRow node(PublicKey key) {
    return new NodeRow(
        NETWORK, PRINTER, machine, key, "printer", PLAN.addresses(9), 9, NOW + 3, NOW, NOW, 0);
  }

  private static JoinKeyRow key(
      JoinKeyRow.Kind kind, int uses, int maxUses, long expiresAt, long revokedAt) {
    return new JoinKeyRow(
        "AAECAwQF", NETWORK, kind, Hash.sha256(SECRET), uses, maxUses, NOW, expiresAt, revokedAt);
  }
}
