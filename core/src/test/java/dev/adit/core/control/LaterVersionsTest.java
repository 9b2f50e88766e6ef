package dev.adit.core.control;

import static dev.adit.core.control.FakeCoordinator.CHANNEL;
import static dev.adit.core.control.FakeCoordinator.ID;
import static dev.adit.core.control.FakeCoordinator.NETWORK;
import static dev.adit.core.control.FakeCoordinator.NOW;
import static dev.adit.core.control.FakeCoordinator.RECORD;
import static dev.adit.core.control.FakeCoordinator.delta;
import static dev.adit.core.control.FakeCoordinator.head;
import static dev.adit.core.control.FakeCoordinator.headRecord;
import static dev.adit.core.control.FakeCoordinator.id;
import static dev.adit.core.control.FakeCoordinator.identity;
import static dev.adit.core.control.FakeCoordinator.map;
import static dev.adit.core.control.FakeCoordinator.node;
import static dev.adit.core.control.FakeCoordinator.relay;
import static dev.adit.core.control.FakeCoordinator.rising;
import static dev.adit.core.control.FakeCoordinator.signed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.control.MapOutput.Left;
import dev.adit.core.control.MapOutput.PeersChanged;
import dev.adit.core.control.MapOutput.Suspended;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NoiseIk;
import dev.adit.crypto.NoiseTransport;
import dev.adit.crypto.PrivateKey;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Membership;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Unsupported;
import dev.adit.wire.control.ControlMessage.Watch;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.NodeState;
import dev.adit.wire.control.StreamCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// C-10: what the other end of a later version says is passed over, unless it says itself that it
/// must be understood.
///
///     CoordinatorSession ── Noise ── AgentSession ── MapFollower
class LaterVersionsTest {
  private static final PrivateKey CHANNEL_KEY = PrivateKey.of(rising(0x41));
  private static final PrivateKey MACHINE = PrivateKey.of(rising(0x61));
  private static final String OF_NETWORK = "\"network\":\"" + NETWORK + "\"";
  private static final Envelope SELF = signed(node(1, 10));
  private static final NodeRecord TWO = node(2, 10);
  private static final NodeRecord THREE = node(3, 10);

  private final CoordinatorSession coordinator =
      new CoordinatorSession(ID, List.of(CHANNEL_KEY), new Random(1), 0);
  private final AgentSession agent = agent();
  private final FollowerRun run = new FollowerRun();

  // What each side did since the last thing said, apart from sending.
  private final List<AgentSession.Output> heard = new ArrayList<>();
  private final List<CoordinatorSession.Output> answered = new ArrayList<>();

  @BeforeEach
  void followsAMapOfThree() {
    carry();
    var member = new Membership(NETWORK, id(1), NodeState.ACTIVE);
    var document = identity(NOW, NOW + 1000);
    coordinator.send(new Welcome(1, 1, List.of(), "later", 1, 17, document, List.of(member)));
    coordinator.nodeKnown();
    says(map(1, List.of(SELF, signed(TWO), signed(THREE))).encode());
    assertThat(run.peers()).containsExactly(TWO, THREE);
  }

  /// C-10: unknown type, unknown kind.
  @Test
  void skipsAndTellsOfTypesAndKindsItDoesNotKnow() {
    says("{\"type\":\"loginUrl\",\"re\":2," + OF_NETWORK + "}");
    assertThat(heard).containsExactly(new AgentSession.Output.Skipped("loginUrl"));
    sends(List.of(new byte[] {6, 1, 2}));
    assertThat(heard).containsExactly(new AgentSession.Output.Skipped("kind 6"));
    assertGoesOn();
  }

  /// C-10: unknown members of a message, of an envelope, of a record; the record stays as signed.
  @Test
  void ignoresMembersItDoesNotKnow() {
    String body = with(node(2, 11).body(), "\"colour\":[{\"deep\":{}}]");
    var two = Envelope.sign(Context.NODE, body, RECORD);
    var change = delta(1, 2, List.of(two), List.of());
    says(with(change.encode(), "\"epoch\":3").replace("\"sigs\":", "\"seal\":\"x\",\"sigs\":"));
    assertThat(run.peers()).containsExactly(node(2, 11), THREE);
    assertThat(run.follower().notes()).isEmpty();
    assertThat(run.follower().json()).contains("colour");
  }

  /// C-10: unknown texts and numbers where there are a few known ones.
  @Test
  void takesEnumsItDoesNotKnow() {
    String presence =
        "{\"type\":\"presence\","
            + OF_NETWORK
            + ",\"nodes\":[{\"node\":\""
            + id(2)
            + "\",\"stream\":9,\"counter\":1,\"online\":true,"
            + "\"candidates\":[{\"addr\":\"192.0.2.1:5\",\"kind\":200}]}]}";
    says(presence);
    assertThat(run.outputs()).hasOnlyElementsOfType(MapOutput.PresenceChanged.class).hasSize(1);
    says("{\"type\":\"error\",\"code\":\"moon\",\"text\":\"full\",\"retryMs\":0,\"fatal\":false}");
    assertThat(heard)
        .containsExactly(
            new AgentSession.Output.Received(new Failure(0, "moon", "full", 0, false)));

    String capable = relay(0).body().replace("\"stun\"", "\"stun\",\"teleport\"");
    var relay = Envelope.sign(Context.RELAY, capable, RECORD);
    says(map(2, List.of(SELF, signed(TWO)), List.of(relay), List.of()).encode());
    assertThat(run.relays()).singleElement().matches(it -> it.description().can("teleport"));

    run.follower().streamOpened(List.of(new Membership(NETWORK, id(1), new NodeState("resting"))));
    assertThat(run.follower().poll()).isNull();
    assertGoesOn();
    says(
        "{\"type\":\"removed\"," + OF_NETWORK + ",\"node\":\"" + id(1) + "\",\"reason\":\"sold\"}");
    assertThat(run.outputs()).endsWith(new Left("sold"));
  }

  /// C-10: the same, `critical`, in a message about a network: that one is suspended, until a map
  /// comes that is understood; the interface stays.
  @Test
  void suspendsTheNetworkForACriticalMessage() {
    String change = delta(1, 2, List.of(), List.of(id(2))).encode();
    assertSuspends(with(change, "\"epoch\":3,\"critical\":[\"from\",\"epoch\"]"), "delta.epoch");
    assertSuspends("{\"type\":\"halt\"," + OF_NETWORK + ",\"critical\":[\"type\"]}", "halt.type");
    assertSuspends(
        "{\"type\":\"halt\"," + OF_NETWORK + ",\"critical\":[\"network\"]}", "halt.network");
    assertSuspends(
        "{\"type\":\"current\"," + OF_NETWORK + ",\"revision\":1,\"critical\":[\"absent\"]}",
        "current.absent");
  }

  private void assertSuspends(String message, String what) {
    says(message);
    assertThat(answered).containsExactly(received(new Unsupported(NETWORK, what)));
    assertThat(run.peers()).isEmpty();
    assertThat(run.outputs()).hasAtLeastOneElementOfType(Suspended.class);
    assertThat(run.follower().isMissing()).as("the interface stays").isFalse();
    assertThat(run.follower().revision()).as("nothing of it is applied").isEqualTo(1);
    assertThat(run.follower().notes())
        .containsExactly("the coordinator needs a newer program: " + what);

    says(map(1, List.of(SELF, signed(TWO), signed(THREE))).encode());
    assertThat(run.peers()).containsExactly(TWO, THREE);
    assertThat(run.follower().notes()).isEmpty();
  }

  /// C-10: `critical` about another network, or about what is understood, changes nothing.
  @Test
  void suspendsNoNetworkForWhatItUnderstandsOrIsNotIn() {
    String change = delta(1, 2, List.of(), List.of(id(2))).encode();
    says(with(change, "\"critical\":[\"type\",\"from\",\"gone\"]"));
    assertThat(run.peers()).containsExactly(THREE);
    says("{\"type\":\"halt\",\"network\":\"" + id(50) + "\",\"critical\":[\"type\"]}");
    assertThat(run.outputs()).isEmpty();
    assertThat(run.peers()).containsExactly(THREE);
  }

  /// C-10: `critical` in a message that names no network.
  @Test
  void endsTheStreamForACriticalMessageOfNoNetwork() {
    says("{\"type\":\"superseded\",\"stream\":1,\"critical\":[\"why\"]}");
    assertThat(answered).containsExactly(received(new Unsupported(null, "superseded.why")));
    assertThat(heard)
        .containsExactly(
            new AgentSession.Output.Ended(
                CloseCode.NORMAL, "the coordinator needs a newer program: superseded.why"));
    assertThat(run.peers()).as("a lost stream takes nothing down").containsExactly(TWO, THREE);
  }

  /// C-10: `critical` in a node's record: only that peer is absent, also in a map and where it was
  /// held before.
  @Test
  void doesWithoutThePeerWhoseRecordIsCritical() {
    String body = with(node(2, 11).body(), "\"routes6\":[],\"critical\":[\"name\",\"routes6\"]");
    var two = Envelope.sign(Context.NODE, body, RECORD);
    says(delta(1, 2, List.of(two), List.of()).encode());
    assertThat(run.peers()).containsExactly(THREE);
    assertThat(answered).contains(received(new Unsupported(NETWORK, "node.routes6")));
    assertThat(run.outputs()).doesNotHaveAnyElementsOfTypes(Suspended.class);

    says(map(3, List.of(SELF, two, signed(THREE))).encode());
    assertThat(run.peers()).containsExactly(THREE);
    assertThat(answered).contains(received(new Unsupported(NETWORK, "node.routes6")));

    says(delta(3, 4, List.of(signed(node(2, 12))), List.of()).encode());
    assertThat(run.peers()).containsExactly(node(2, 12), THREE);
  }

  /// C-10: also if nothing else of the record is as this version reads it.
  @Test
  void doesWithoutThePeerWhoseCriticalRecordItCannotRead() {
    String body =
        "{\"node\":\"" + id(2) + "\",\"addresses\":{\"v6\":[]},\"critical\":[\"routes6\"]}";
    var two = Envelope.sign(Context.NODE, body, RECORD);
    says(delta(1, 2, List.of(two), List.of()).encode());
    assertThat(run.peers()).containsExactly(THREE);
    assertThat(answered).contains(received(new Unsupported(NETWORK, "node.routes6")));

    var nobody = Envelope.sign(Context.NODE, "{\"critical\":[\"routes6\"]}", RECORD);
    says(delta(2, 3, List.of(nobody), List.of()).encode());
    assertThat(run.outputs()).doesNotHaveAnyElementsOfTypes(PeersChanged.class);
    assertThat(answered).contains(received(new Unsupported(NETWORK, "node.routes6")));
  }

  /// C-10: `critical` in a relay's record.
  @Test
  void doesWithoutTheRelayWhoseRecordIsCritical() {
    var good = Envelope.sign(Context.RELAY, relay(0).body(), RECORD);
    says(map(2, List.of(SELF, signed(TWO)), List.of(good), List.of()).encode());
    assertThat(run.relays()).hasSize(1);
    String body = with(relay(0).body(), "\"quic\":1,\"critical\":[\"quic\"]");
    var critical = Envelope.sign(Context.RELAY, body, RECORD);
    says(map(3, List.of(SELF, signed(TWO)), List.of(critical), List.of()).encode());
    assertThat(run.relays()).isEmpty();
    assertThat(run.peers()).containsExactly(TWO);
    assertThat(answered).contains(received(new Unsupported(NETWORK, "relay.quic")));
  }

  /// C-10: `critical` in a head: nothing of its message is taken, and the coordinator is told. The
  /// stream goes on, until a head comes that is understood.
  @Test
  void takesNoMessageWhoseHeadIsCritical() {
    String body = with(headRecord(2).body(), "\"critical\":[\"realm\"]");
    var critical = Envelope.sign(Context.HEAD, body, RECORD);
    var plain = delta(1, 2, List.of(), List.of(id(2)));
    String needed = "the coordinator needs a newer program: head.realm";
    for (int i = 0; i < 3; i++) {
      says(plain.encode().replace(head(2).json(), critical.json()));
      assertThat(answered).containsExactly(received(new Unsupported(NETWORK, "head.realm")));
      assertThat(heard).noneMatch(AgentSession.Output.Ended.class::isInstance);
      assertThat(run.peers()).containsExactly(TWO, THREE);
      assertThat(run.follower().notes()).containsExactly(needed);
    }
    says(plain.encode().replace(head(2).json(), critical.json().replace("realm", "crown")));
    assertThat(answered).as("not the coordinator's").containsExactly(received(new Resync(NETWORK)));

    says(map(2, List.of(SELF, signed(THREE))).encode());
    assertThat(run.peers()).containsExactly(THREE);
    assertThat(run.follower().notes()).isEmpty();
  }

  /// C-10: a text of a later version, `critical`: in a message, in a record.
  @Test
  void obeysCriticalTextsOfLaterVersions() {
    assertSuspends(
        "{\"type\":\"removed\","
            + OF_NETWORK
            + ",\"node\":\""
            + id(1)
            + "\",\"reason\":\"sold\",\"critical\":[\"reason\"]}",
        "removed.reason");
    String capable =
        with(
            relay(0).body().replace("\"stun\"", "\"stun\",\"teleport\""),
            "\"critical\":[\"capabilities\"]");
    var relay = Envelope.sign(Context.RELAY, capable, RECORD);
    says(map(2, List.of(SELF, signed(TWO)), List.of(relay), List.of()).encode());
    assertThat(answered).contains(received(new Unsupported(NETWORK, "relay.capabilities")));
    assertThat(run.relays()).isEmpty();
  }

  /// C-10, from an agent: unknown type, member, enum, kind; then the same, `critical`.
  @Test
  void theCoordinatorSkipsWhatALaterAgentSaysUnlessItIsCritical() throws CryptoException {
    var session = new CoordinatorSession(ID, List.of(CHANNEL_KEY), new Random(2), 0);
    NoiseTransport later = connected(session);
    say(session, later, with(hello("toaster").encode(), "\"epoch\":3"));
    say(session, later, "{\"type\":\"login\",\"id\":1}");
    session.received(later.seal(new byte[] {9, 1}), 0);
    say(session, later, with(new Watch(NETWORK, List.of()).encode(), "\"more\":[{}]"));
    assertThat(drain(session))
        .containsExactly(
            new CoordinatorSession.Output.Identified(MACHINE.publicKey()),
            received(hello("toaster")),
            new CoordinatorSession.Output.Skipped("login"),
            new CoordinatorSession.Output.Skipped("kind 9"),
            received(new Watch(NETWORK, List.of())));

    say(session, later, with(new Resync(NETWORK).encode(), "\"critical\":[\"since\"]"));
    assertThat(drain(session))
        .hasExactlyElementsOfTypes(
            CoordinatorSession.Output.Send.class, CoordinatorSession.Output.Close.class)
        .endsWith(new CoordinatorSession.Output.Close(CloseCode.NORMAL, "protocol"));
  }

  private void assertGoesOn() {
    long held = run.follower().revision();
    Delta next = delta(held, held + 1, List.of(signed(node(4, 10))), List.of());
    says(next.encode());
    assertThat(run.peers()).contains(node(4, 10));
  }

  /// The coordinator says a JSON text, and both hear what follows from it.
  private void says(String json) {
    sends(StreamCodec.write(json, true));
  }

  private void sends(List<byte[]> plaintexts) {
    heard.clear();
    answered.clear();
    coordinator.sendEncoded(plaintexts);
    carry();
  }

  private void carry() {
    boolean quiet = false;
    while (!quiet) {
      quiet = true;
      for (var next = agent.poll(); next != null; next = agent.poll()) {
        quiet = false;
        if (next instanceof AgentSession.Output.Send(byte[] message)) {
          coordinator.received(message, 0);
        } else {
          heard.add(next);
          follow(next);
        }
      }
      for (var next = coordinator.poll(); next != null; next = coordinator.poll()) {
        quiet = false;
        if (next instanceof CoordinatorSession.Output.Send(byte[] message)) {
          agent.received(message, 0);
        } else {
          answered.add(next);
        }
      }
    }
  }

  private void follow(AgentSession.Output output) {
    if (output instanceof AgentSession.Output.Received(var message)) {
      run.hears(message);
      run.sent().forEach(answer -> agent.send(answer, 0));
    }
  }

  private static String with(String json, String member) {
    return "{" + member + "," + json.substring(1);
  }

  private static CoordinatorSession.Output received(FromAgent message) {
    return new CoordinatorSession.Output.Received(message);
  }

  private static AgentSession agent() {
    try {
      return new AgentSession(MACHINE, ID, CHANNEL, hello(Hello.AGENT), new Random(3), 0);
    } catch (CryptoException e) {
      throw new AssertionError(e);
    }
  }

  private static Hello hello(String role) {
    return new Hello(1, 1, List.of(), "test", role, "AAECAwQFBgc", List.of());
  }

  private static NoiseTransport connected(CoordinatorSession session) throws CryptoException {
    var ephemeral = PrivateKey.of(rising(0xa1));
    var initiator = new NoiseIk.Initiator(SealedStream.prologue(ID), MACHINE, CHANNEL, ephemeral);
    session.received(initiator.message1(), 0);
    if (session.poll() instanceof CoordinatorSession.Output.Send(byte[] message2)) {
      return initiator.finish(message2);
    }
    throw new AssertionError("no answer to the handshake");
  }

  private static void say(CoordinatorSession session, NoiseTransport later, String json) {
    for (byte[] plaintext : StreamCodec.write(json, false)) {
      session.received(later.seal(plaintext), 0);
    }
  }

  private static List<CoordinatorSession.Output> drain(CoordinatorSession session) {
    List<CoordinatorSession.Output> drained = new ArrayList<>();
    for (var next = session.poll(); next != null; next = session.poll()) {
      drained.add(next);
    }
    return drained;
  }
}
