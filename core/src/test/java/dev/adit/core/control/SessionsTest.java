package dev.adit.core.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.Joined;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Both sessions against each other, without a network between them.
class SessionsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final UUID COORDINATOR = UUID.fromString("019a0000-0000-7000-8000-000000000001");
  private static final UUID NETWORK = UUID.fromString("019a0000-0000-7000-8000-0000000000a1");
  private static final PrivateKey CHANNEL = key(0x41);
  private static final PrivateKey OLD_CHANNEL = key(0x42);
  private static final PrivateKey MACHINE = key(0x61);
  private static final PrivateKey NODE = key(0x81);

  private long now = 5 * SECOND;
  private AgentSession agent = agent(hello(1, 1), 1);
  private CoordinatorSession coordinator = coordinator(2);

  // What each side did, apart from sending.
  private final List<AgentSession.Output> heardByAgent = new ArrayList<>();
  private final List<CoordinatorSession.Output> heardByCoordinator = new ArrayList<>();

  /// Changes a message on its way; null drops it.
  interface Wire {
    byte @Nullable [] pass(byte[] message);
  }

  @BeforeEach
  void shakesHands() {
    run();
    assertThat(heardByCoordinator)
        .containsExactly(
            new CoordinatorSession.Output.Identified(MACHINE.publicKey()),
            new CoordinatorSession.Output.Received(hello(1, 1)));
  }

  @Test
  void welcomesTheAgentAndMeasuresTheRoundTrip() {
    now += 80_000_000;
    welcome();
    assertThat(heardByAgent)
        .singleElement()
        .isInstanceOfSatisfying(
            AgentSession.Output.Welcomed.class,
            welcomed -> assertThat(welcomed.roundTrip()).isEqualTo(80_000_000));
  }

  @Test
  void carriesMessagesBothWays() {
    welcome();
    coordinator.nodeKnown();
    agent.send(new Resync(NETWORK), now);
    coordinator.send(new Current(NETWORK, 7));
    run();
    assertThat(heardByCoordinator).endsWith(received(new Resync(NETWORK)));
    assertThat(heardByAgent).endsWith(new AgentSession.Output.Received(new Current(NETWORK, 7)));
  }

  @Test
  void carriesLongMessagesInParts() {
    welcome();
    coordinator.nodeKnown();
    List<UUID> many = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      many.add(new UUID(i, i));
    }
    var watch = new ControlMessage.Watch(NETWORK, many);
    var removed =
        new ControlMessage.Delta(NETWORK, 1, 2, "t", head(), List.of(), many, List.of(), List.of());
    agent.send(watch, now);
    coordinator.send(removed);
    run();
    assertThat(heardByCoordinator).endsWith(received(watch));
    assertThat(heardByAgent).endsWith(new AgentSession.Output.Received(removed));
  }

  @Test
  void takesShortMessagesOnlyUntilANodeIsKnown() {
    welcome();
    List<UUID> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(new UUID(i, i));
    }
    agent.send(new ControlMessage.Watch(NETWORK, many), now);
    run();
    assertRefusedWith("protocol");
  }

  @Test
  void provesANodeKeyOnThisStreamOnly() throws CryptoException {
    byte[] proof = agent.prove(NODE);
    assertThat(coordinator.proves(NODE.publicKey(), proof)).isTrue();
    assertThat(coordinator.proves(MACHINE.publicKey(), proof)).isFalse();
    agent = agent(hello(1, 1), 8);
    coordinator = coordinator(9);
    run();
    assertThat(coordinator.proves(NODE.publicKey(), proof)).isFalse();
  }

  @Test
  void answersAnAgentThatStillUsesTheOldChannelKey() throws CryptoException {
    agent =
        new AgentSession(
            MACHINE, COORDINATOR, OLD_CHANNEL.publicKey(), hello(1, 1), new Random(4), now);
    coordinator = coordinator(5);
    heardByCoordinator.clear();
    run();
    assertThat(heardByCoordinator).hasSize(2);
    assertThat(coordinator.proves(NODE.publicKey(), agent.prove(NODE))).isTrue();
  }

  @Test
  void refusesFirstMessagesOfAnotherLengthOrForAnotherCoordinator() {
    for (int length : new int[] {0, 95, 96, 97}) {
      var session = coordinator(3);
      session.received(new byte[length], now);
      assertThat(session.poll())
          .isEqualTo(new CoordinatorSession.Output.Close(4001, "handshake refused"));
      assertThat(session.wakeAt()).isEqualTo(Long.MAX_VALUE);
    }
    var other = new CoordinatorSession(NETWORK, List.of(CHANNEL), new Random(3), now);
    other.received(sent(agent(hello(1, 1), 6)), now);
    assertThat(other.poll()).isInstanceOf(CoordinatorSession.Output.Close.class);
  }

  @Test
  void doesNothingForAReplayedFirstMessage() {
    byte[] message1 = sent(agent(hello(1, 1), 6));
    for (int i = 0; i < 50; i++) {
      var session = coordinator(100 + i);
      session.received(message1, now);
      assertThat(session.poll())
          .isInstanceOfSatisfying(
              CoordinatorSession.Output.Send.class,
              answer -> assertThat(answer.message()).hasSize(48));
      assertThat(session.poll()).isNull();
      session.received(message1, now); // whoever replays cannot go on
      assertThat(session.poll()).isInstanceOf(CoordinatorSession.Output.Close.class);
      assertThat(session.poll()).isNull();
    }
  }

  /// C-8: each byte of a message, both ways.
  @Test
  void endsTheStreamWhenAnyByteOfAMessageIsFlipped() {
    int[] length = {1}; // of the message, once it has been seen
    for (int at = 0; at < length[0]; at++) {
      reconnect(at);
      agent.send(new Resync(NETWORK), now);
      int position = at;
      run(
          message -> {
            length[0] = message.length;
            return flip(message, position);
          },
          message -> message);
      agent.send(new Resync(null), now); // whatever comes later is too late
      run();
      assertThat(heardByCoordinator)
          .singleElement()
          .isInstanceOf(CoordinatorSession.Output.Close.class);
    }
    assertThat(length[0]).isGreaterThan(60);

    length[0] = 1;
    for (int at = 0; at < length[0]; at++) {
      reconnect(at);
      coordinator.send(new Current(NETWORK, 7));
      int position = at;
      run(
          message -> message,
          message -> {
            length[0] = message.length;
            return flip(message, position);
          });
      coordinator.send(new Current(NETWORK, 8));
      run();
      assertThat(heardByAgent).singleElement().isInstanceOf(AgentSession.Output.Ended.class);
    }
    assertThat(length[0]).isGreaterThan(60);
  }

  /// C-8: of a value in parts nothing is applied either, wherever it was touched.
  @Test
  void appliesNothingOfAValueOneOfWhosePartsIsFlipped() {
    List<UUID> many = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      many.add(new UUID(i, i));
    }
    for (int part = 0; part < 3; part++) {
      reconnect(part);
      agent.send(new ControlMessage.Watch(NETWORK, many), now);
      int[] count = {0};
      int touched = part;
      run(
          message -> count[0]++ == touched ? flip(message, message.length / 2) : message,
          message -> message);
      assertThat(count[0]).isGreaterThanOrEqualTo(3);
      assertThat(heardByCoordinator)
          .singleElement()
          .isInstanceOf(CoordinatorSession.Output.Close.class);
    }
  }

  @Test
  void endsTheStreamWhenAMessageIsLostOrCut() {
    reconnect(1);
    agent.send(new Resync(NETWORK), now);
    agent.send(new Resync(null), now);
    int[] count = {0};
    run(message -> count[0]++ == 0 ? null : message, message -> message);
    assertThat(heardByCoordinator).last().isInstanceOf(CoordinatorSession.Output.Close.class);
    assertThat(heardByCoordinator).hasSize(1);
    reconnect(2);
    agent.send(new Resync(NETWORK), now);
    run(message -> java.util.Arrays.copyOf(message, 10), message -> message);
    assertThat(heardByCoordinator).last().isInstanceOf(CoordinatorSession.Output.Close.class);
  }

  @Test
  void pingsWhenIdleAndGivesUpWithoutAnswer() {
    welcome();
    long ping = agent.wakeAt();
    assertThat(ping - now).isBetween(20 * SECOND, 30 * SECOND);
    now = ping;
    agent.timeReached(now);
    run();
    assertThat(agent.wakeAt()).isBetween(now + 20 * SECOND, now + 30 * SECOND);

    now = agent.wakeAt();
    agent.timeReached(now);
    agent.poll(); // lost
    assertThat(agent.wakeAt()).isEqualTo(now + 15 * SECOND);
    agent.timeReached(now + 15 * SECOND);
    assertThat(agent.poll()).isEqualTo(new AgentSession.Output.Ended(1000, "no pong in time"));
    assertThat(agent.wakeAt()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void givesUpOnSilentAgents() {
    welcome();
    coordinator.nodeKnown();
    assertThat(coordinator.wakeAt()).isEqualTo(now + 75 * SECOND);
    coordinator.timeReached(now + 75 * SECOND);
    assertThat(coordinator.poll())
        .isEqualTo(new CoordinatorSession.Output.Close(1000, "silent for too long"));
  }

  @Test
  void givesUpOnUnfinishedHandshakes() {
    var fresh = agent(hello(1, 1), 6);
    assertThat(fresh.wakeAt()).isEqualTo(now + 10 * SECOND);
    var session = coordinator(7);
    assertThat(session.wakeAt()).isEqualTo(now + 10 * SECOND);
    session.received(sent(fresh), now + 9 * SECOND);
    session.poll();
    assertThat(session.wakeAt()).isEqualTo(now + 19 * SECOND);
    session.timeReached(now + 19 * SECOND);
    assertThat(session.poll()).isInstanceOf(CoordinatorSession.Output.Close.class);
    assertThat(agent.wakeAt()).isEqualTo(now + 30 * SECOND); // for welcome
  }

  @Test
  void endsStreamsOfMachinesThatDoNotJoin() {
    welcome();
    coordinator.timeReached(now + 60 * SECOND);
    run();
    assertRefusedWith("not_joined");
  }

  @Test
  void refusesOtherProtocolVersionsWithTheRightAdvice() {
    connect(hello(4, 3));
    assertThat(failure().text())
        .isEqualTo(
            "the coordinator speaks protocol 1 to 1, this program 3 to 4; update the coordinator");
    assertRefusedWith("version");
  }

  @Test
  void wantsHelloFirstAndOnce() {
    agent.send(hello(1, 1), now);
    run();
    assertRefusedWith("protocol");
  }

  @Test
  void wantsRequestNumbersToRise() {
    welcome();
    agent.send(join(agent.nextRequest()), now);
    run();
    assertThat(heardByCoordinator).last().isInstanceOf(CoordinatorSession.Output.Received.class);
    agent.send(join(1), now);
    run();
    assertRefusedWith("protocol");
  }

  @Test
  void keepsAtMostSixteenRequestsOpen() {
    welcome();
    for (int id = 1; id <= 16; id++) {
      agent.send(join(id), now);
    }
    run();
    coordinator.send(new Joined(1, NETWORK, NETWORK, NodeState.ACTIVE, false));
    agent.send(join(17), now);
    run();
    assertThat(heardByCoordinator).last().isInstanceOf(CoordinatorSession.Output.Received.class);
    agent.send(join(18), now);
    run();
    assertRefusedWith("protocol");
  }

  @Test
  void closesAfterSuperseding() {
    welcome();
    coordinator.send(new Superseded(18));
    run();
    assertThat(heardByAgent)
        .contains(new AgentSession.Output.Received(new Superseded(18)))
        .last()
        .isInstanceOf(AgentSession.Output.Ended.class);
    assertThat(heardByCoordinator).last().isInstanceOf(CoordinatorSession.Output.Close.class);
  }

  @Test
  void survivesAnyBytes() {
    var random = new Random(11);
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      var session = coordinator(i);
      session.received(noise, now);
      session.received(noise, now);
      var other = agent(hello(1, 1), i);
      other.received(noise, now);
      other.received(noise, now);
      assertThat(sent(other)).hasSize(96);
      assertThat(other.poll()).isInstanceOf(AgentSession.Output.Ended.class);
    }
  }

  private void welcome() {
    coordinator.send(new Welcome(1, 1, List.of(), "test", 1, 17, head(), List.of()));
    run();
  }

  private void reconnect(int seed) {
    agent = agent(hello(1, 1), 20 + seed);
    coordinator = coordinator(40 + seed);
    run();
    welcome();
    coordinator.nodeKnown();
    heardByAgent.clear();
    heardByCoordinator.clear();
  }

  private void connect(Hello hello) {
    agent = agent(hello, 20);
    coordinator = coordinator(21);
    heardByAgent.clear();
    run();
  }

  private void run() {
    run(message -> message, message -> message);
  }

  /// Carries everything to and fro until both are quiet.
  private void run(Wire up, Wire down) {
    boolean quiet = false;
    while (!quiet) {
      quiet = true;
      for (var output = agent.poll(); output != null; output = agent.poll()) {
        quiet = false;
        if (output instanceof AgentSession.Output.Send(byte[] message)) {
          byte[] passed = up.pass(message);
          if (passed != null) {
            coordinator.received(passed, now);
          }
        } else {
          heardByAgent.add(output);
        }
      }
      for (var output = coordinator.poll(); output != null; output = coordinator.poll()) {
        quiet = false;
        if (output instanceof CoordinatorSession.Output.Send(byte[] message)) {
          byte[] passed = down.pass(message);
          if (passed != null) {
            agent.received(passed, now);
          }
        } else {
          heardByCoordinator.add(output);
        }
      }
    }
  }

  private void assertRefusedWith(String code) {
    assertThat(failure().code()).isEqualTo(code);
    assertThat(failure().fatal()).isTrue();
    assertThat(heardByAgent).last().isInstanceOf(AgentSession.Output.Ended.class);
    assertThat(heardByCoordinator).last().isInstanceOf(CoordinatorSession.Output.Close.class);
  }

  private Failure failure() {
    for (var output : heardByAgent) {
      if (output instanceof AgentSession.Output.Received(Failure failure)) {
        return failure;
      }
    }
    throw new AssertionError("no failure in " + heardByAgent);
  }

  private static byte[] flip(byte[] message, int at) {
    byte[] flipped = message.clone();
    flipped[at] ^= 0x20;
    return flipped;
  }

  private static byte[] sent(AgentSession session) {
    if (session.poll() instanceof AgentSession.Output.Send(byte[] message)) {
      return message;
    }
    throw new AssertionError("nothing was sent");
  }

  private static CoordinatorSession.Output received(ControlMessage.FromAgent message) {
    return new CoordinatorSession.Output.Received(message);
  }

  private AgentSession agent(Hello hello, int seed) {
    try {
      return new AgentSession(
          MACHINE, COORDINATOR, CHANNEL.publicKey(), hello, new Random(seed), now);
    } catch (CryptoException e) {
      throw new AssertionError(e);
    }
  }

  private CoordinatorSession coordinator(int seed) {
    return new CoordinatorSession(
        COORDINATOR, List.of(CHANNEL, OLD_CHANNEL), new Random(seed), now);
  }

  private static Hello hello(int protocol, int oldest) {
    return new Hello(protocol, oldest, List.of(), "test", Hello.AGENT, "AAECAwQFBgc", List.of());
  }

  private static Join join(long id) {
    return new Join(
        id, "AAECAwQF", new byte[24], NODE.publicKey(), new byte[32], "laptop", List.of());
  }

  private static Envelope head() {
    return Envelope.sign(Context.HEAD, "{}");
  }

  private static PrivateKey key(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = (byte) (from + i);
    }
    return PrivateKey.of(bytes);
  }
}
