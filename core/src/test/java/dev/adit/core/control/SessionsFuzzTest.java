package dev.adit.core.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NoiseIk;
import dev.adit.crypto.NoiseTransport;
import dev.adit.crypto.PrivateKey;
import dev.adit.wire.control.ControlMessage.Hello;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/// C-9, C-36 at the sessions: whatever the other end says, before the handshake or sealed under its
/// keys, is taken or ends the stream; nothing is thrown, and nothing comes after the end.
class SessionsFuzzTest {
  private static final UUID ID = UUID.fromString("019a0000-0000-7000-8000-000000000001");
  private static final byte[] PROLOGUE = SealedStream.prologue(ID);
  private static final PrivateKey CHANNEL = PrivateKey.generate(new Random(1));
  private static final PrivateKey MACHINE = PrivateKey.generate(new Random(2));
  private static final PrivateKey EPHEMERAL = PrivateKey.generate(new Random(3));

  @FuzzTest
  void anyFirstMessageOfAStranger(byte @NotNull @WithLength(max = 200) [] message) {
    var session = new CoordinatorSession(ID, List.of(CHANNEL), new Random(4), 0);
    session.received(message, 0);
    for (var output = session.poll(); output != null; output = session.poll()) {
      switch (output) {
        case CoordinatorSession.Output.Close(int code, _) ->
            assertThat(code).isEqualTo(CloseCode.HANDSHAKE_REFUSED);
        // The seed is genuine; it can be replayed, but names nobody.
        case CoordinatorSession.Output.Send(byte[] answer) -> assertThat(answer).hasSize(48);
        default -> throw new AssertionError(output);
      }
    }
  }

  /// The first byte says whether the machine has a node; then come plaintexts.
  @FuzzTest
  void anyPlaintextsOfAMachine(byte @NotNull @WithLength(max = 8192) [] bytes)
      throws CryptoException {
    var session = new CoordinatorSession(ID, List.of(CHANNEL), new Random(4), 0);
    var initiator = new NoiseIk.Initiator(PROLOGUE, MACHINE, CHANNEL.publicKey(), EPHEMERAL);
    session.received(initiator.message1(), 0);
    if (!(session.poll() instanceof CoordinatorSession.Output.Send(byte[] message2))) {
      throw new AssertionError("no answer to the handshake");
    }
    var transport = initiator.finish(message2);
    if (bytes.length > 0 && bytes[0] != 0) {
      session.nodeKnown();
    }
    for (byte[] sealed : sealed(transport, bytes, 1)) {
      session.received(sealed, 0);
    }

    List<CoordinatorSession.Output> outputs = new ArrayList<>();
    boolean greeted = false;
    for (var output = session.poll(); output != null; output = session.poll()) {
      assertThat(outputs).noneMatch(CoordinatorSession.Output.Close.class::isInstance);
      if (output instanceof CoordinatorSession.Output.Received(var message)) {
        assertThat(message instanceof Hello).isNotEqualTo(greeted);
        greeted = true;
      }
      outputs.add(output);
    }
    assertThat(outputs)
        .filteredOn(CoordinatorSession.Output.Identified.class::isInstance)
        .hasSizeLessThanOrEqualTo(1);
    session.timeReached(Long.MAX_VALUE - 1);
  }

  @FuzzTest
  void anyAnswerToAnAgentsHandshake(byte @NotNull @WithLength(max = 100) [] message)
      throws CryptoException {
    var session = agent();
    session.poll();
    session.received(message, 0);
    var output = session.poll();
    // The genuine answer depends on a key the coordinator makes anew; nobody else has it.
    assertThat(output).isInstanceOf(AgentSession.Output.Ended.class);
    assertThat(session.poll()).isNull();
  }

  @FuzzTest
  void anyPlaintextsOfACoordinator(byte @NotNull @WithLength(max = 8192) [] bytes)
      throws CryptoException {
    var session = agent();
    if (!(session.poll() instanceof AgentSession.Output.Send(byte[] message1))) {
      throw new AssertionError("no handshake");
    }
    var responder = NoiseIk.Responder.accept(PROLOGUE, CHANNEL, EPHEMERAL, message1);
    session.received(responder.message2(), 0);
    for (byte[] sealed : sealed(responder.transport(), bytes, 0)) {
      session.received(sealed, 0);
    }
    List<AgentSession.Output> outputs = new ArrayList<>();
    boolean welcomed = false;
    for (var output = session.poll(); output != null; output = session.poll()) {
      assertThat(outputs).noneMatch(AgentSession.Output.Ended.class::isInstance);
      if (output instanceof AgentSession.Output.Welcomed) {
        assertThat(welcomed).isFalse();
        welcomed = true;
      }
      outputs.add(output);
    }
    session.timeReached(Long.MAX_VALUE - 1);
  }

  private static AgentSession agent() throws CryptoException {
    var hello = new Hello(1, 1, List.of(), "test", Hello.AGENT, "AAECAwQFBgc", List.of());
    return new AgentSession(MACHINE, ID, CHANNEL.publicKey(), hello, new Random(5), 0);
  }

  /// Seals plaintexts that stand one after the other: kind, length (u16), so many bytes.
  private static List<byte[]> sealed(NoiseTransport transport, byte[] bytes, int from) {
    List<byte[]> sealed = new ArrayList<>();
    for (int at = from; at + 3 <= bytes.length; ) {
      int length = (bytes[at + 1] & 0xff) << 8 | bytes[at + 2] & 0xff;
      int end = Math.min(bytes.length, at + 3 + length);
      byte[] plaintext = Arrays.copyOfRange(bytes, at + 2, end);
      plaintext[0] = bytes[at];
      sealed.add(transport.seal(plaintext));
      at = end;
    }
    return sealed;
  }
}
