package dev.adit.derp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.FrameCutter;
import dev.adit.wire.derp.ServerInfo;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/// The client against a relay's end that a test writes frame by frame.
class DerpClientTest {
  private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

  private final SecureRandom random = new SecureRandom();
  private final PrivateKey own = PrivateKey.generate(random);
  private final PrivateKey relay = PrivateKey.generate(random);
  private final PublicKey peer = PrivateKey.generate(random).publicKey();
  private final Pipe[] pipe = Pipe.pair();
  private final Pipe far = pipe[1];
  private final FrameCutter heard = new FrameCutter((_, _) -> true);

  @Test
  void waitsForTheRelaysKeyThenSaysWhoItIs() throws Exception {
    says(new DerpFrame.ServerKey(relay.publicKey()));
    var client = opened(DerpOptions.DEFAULT.withMeshKey(key(7)));
    var info = greeted();
    assertThat(info.meshKey()).isEqualTo(key(7));
    assertThat(info.canAckPings()).isTrue();
    assertThat(client.serverKey()).isEqualTo(relay.publicKey());
    assertThat(client.key()).isEqualTo(own.publicKey());
  }

  @Test
  void saysWhoItIsAtOnceWhenTheRelayIsKnown() throws Exception {
    DerpClient.openToKnown(
        pipe[0], own, relay.publicKey(), DerpOptions.DEFAULT, random, Clock.SYSTEM);
    assertThat(greeted().isProber()).isFalse();
  }

  @Test
  void refusesARelayWithAnotherKey() {
    says(new DerpFrame.ServerKey(relay.publicKey()));
    assertThatThrownBy(() -> opened(DerpOptions.DEFAULT.withServerKey(peer)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void sendsEveryFrameOfAClientAndOfAMeshPeer() throws Exception {
    var client = admitted();
    client.send(peer, "hello".getBytes(UTF_8));
    client.forward(own.publicKey(), peer, new byte[3]);
    client.notePreferred(true);
    client.watch();
    client.closePeer(peer);
    client.sendPing(1);
    client.sendPong(2);
    assertThat(far.next(heard)).isInstanceOf(DerpFrame.SendPacket.class);
    assertThat(far.next(heard)).isInstanceOf(DerpFrame.ForwardPacket.class);
    assertThat(far.next(heard)).isEqualTo(new DerpFrame.NotePreferred(true));
    assertThat(far.next(heard)).isEqualTo(new DerpFrame.WatchConns());
    assertThat(far.next(heard)).isEqualTo(new DerpFrame.ClosePeer(peer));
    assertThat(far.next(heard)).isEqualTo(new DerpFrame.Ping(1));
    assertThat(far.next(heard)).isEqualTo(new DerpFrame.Pong(2));
    assertThatThrownBy(() -> client.send(peer, new byte[65_537]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tellsWhatTheRelaySaysAndAnswersItsPings() throws Exception {
    var client = admitted();
    says(new DerpFrame.Ping(9));
    says(new DerpFrame.PeerPresent(peer, null, 1));
    says(new DerpFrame.Health("tired"));
    assertThat(client.receive()).isEqualTo(new Event.PeerPresent(peer, null, 1));
    assertThat(client.receive()).isEqualTo(new Event.Health("tired"));
    assertThat(far.next(heard)).isEqualTo(new DerpFrame.Pong(9));
    assertThat(client.receive(Duration.ofMillis(5))).isNull();
  }

  @Test
  void measuresARoundTripWhileAnotherThreadReceives() throws Exception {
    var client = admitted();
    var received = CompletableFuture.supplyAsync(() -> quietly(client), THREADS);
    var answering =
        CompletableFuture.runAsync(() -> {
          try {
            says(new DerpFrame.Pong(((DerpFrame.Ping) far.next(heard)).data()));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    assertThat(client.ping(Duration.ofSeconds(5))).isPositive();
    answering.join();
    says(new DerpFrame.Pong(4711)); // nobody asked for this one
    assertThat(received.join()).isEqualTo(new Event.Ponged(4711));
    assertThatThrownBy(() -> client.ping(Duration.ofMillis(20)))
        .isInstanceOf(SocketTimeoutException.class);
    client.notePreferred(true);
  }

  @Test
  void keepsToTheRelaysLimitWithoutAnError() throws Exception {
    var client = admitted(new ServerInfo(2, 1, 70_000));
    client.send(peer, new byte[65_536]);
    client.send(peer, new byte[65_536]);
    client.notePreferred(true);
    assertThat(far.next(heard)).isInstanceOf(DerpFrame.SendPacket.class);
    assertThat(far.next(heard)).isEqualTo(new DerpFrame.NotePreferred(true));
  }

  @Test
  void everyErrorIsFinal() throws Exception {
    var client = admitted();
    far.close();
    assertThatThrownBy(client::receive).hasMessage("the relay ended the connection");
    assertThatThrownBy(client::receive).hasMessage("the relay ended the connection");
    assertThatThrownBy(() -> client.send(peer, new byte[1]))
        .hasMessage("the relay ended the connection");
    assertThatThrownBy(() -> client.ping(Duration.ofSeconds(1)))
        .hasMessage("the relay ended the connection");
    assertThat(client.isEnded()).isTrue();
  }

  @Test
  void aRelayThatDoesNotAdmitOnlyEndsTheConnection() throws Exception {
    says(new DerpFrame.ServerKey(relay.publicKey()));
    var client = opened(DerpOptions.DEFAULT);
    far.close();
    assertThatThrownBy(client::receive).hasMessage("the relay did not admit this client");
  }

  private static Event quietly(DerpClient client) {
    try {
      return client.receive();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private DerpClient opened(DerpOptions options) throws IOException {
    return DerpClient.open(pipe[0], own, options, random, Clock.SYSTEM);
  }

  private DerpClient admitted() throws Exception {
    return admitted(ServerInfo.OURS);
  }

  private DerpClient admitted(ServerInfo info) throws Exception {
    says(new DerpFrame.ServerKey(relay.publicKey()));
    var client = opened(DerpOptions.DEFAULT);
    greeted();
    says(info.seal(NaclBox.between(relay, own.publicKey()), random));
    assertThat(client.receive()).isEqualTo(new Event.Admitted(info));
    return client;
  }

  private ClientInfo greeted() throws Exception {
    var box = (DerpFrame.ClientInfoBox) far.next(heard);
    return ClientInfo.open(box, NaclBox.between(relay, own.publicKey()));
  }

  private void says(DerpFrame frame) {
    far.write(frame.encode());
  }

  private static byte[] key(int first) {
    byte[] key = new byte[32];
    key[0] = (byte) first;
    return key;
  }
}
