package dev.adit.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.derp.DerpCounter;
import dev.adit.core.derp.DerpServerOptions;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.derp.ByteChannel;
import dev.adit.derp.DerpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The server as a library, over bare sockets that a test hands over.
class DerpServerTest {
  private static final Endpoint REMOTE = Endpoint.literal("192.0.2.1:1");

  private final SecureRandom random = new SecureRandom();
  private final PrivateKey a = PrivateKey.generate(random);
  private final PrivateKey b = PrivateKey.generate(random);
  private final DerpServer server =
      DerpServer.of(
          PrivateKey.generate(random),
          DerpServerOptions.DEFAULT,
          new OpenAdmission(),
          Clock.SYSTEM,
          random);

  @AfterEach
  void stops() {
    server.close();
  }

  @Test
  void carriesPacketsBetweenConnectionsItIsHanded() throws Exception {
    try (var first = client(a);
        var second = client(b)) {
      for (int i = 0; i < 200; i++) {
        byte[] packet = new byte[i * 300];
        random.nextBytes(packet);
        first.send(b.publicKey(), packet);
        assertThat(((Event.Received) second.receive()).packet()).isEqualTo(packet);
      }
      second.send(a.publicKey(), "and back".getBytes(UTF_8));
      assertThat(((Event.Received) first.receive()).source()).isEqualTo(b.publicKey());
      assertThat(server.clients()).hasSize(2);
    }
    await(() -> server.metrics().value(DerpCounter.CONNECTIONS) == 0);
    assertThat(server.clients()).isEmpty();
  }

  @Test
  void passesPacketsToAForwarder() throws Exception {
    var passed = new ArrayList<PublicKey>();
    PublicKey elsewhere = PrivateKey.generate(random).publicKey();
    server
        .router()
        .addForwarder(
            elsewhere,
            (source, destination, bytes, offset, length, kind) -> {
              synchronized (passed) {
                passed.add(destination);
              }
            });
    try (var first = client(a)) {
      first.send(elsewhere, new byte[10]);
      await(() -> {
        synchronized (passed) {
          return passed.equals(List.of(elsewhere));
        }
      });
    }
  }

  @Test
  void endsEveryConnectionWhenItIsClosed() throws Exception {
    var client = client(a);
    server.close();
    assertThatThrownBy(client::receive).isInstanceOf(IOException.class);
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) {
    long until = System.nanoTime() + 20_000_000_000L;
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(until);
      LockSupport.parkNanos(5_000_000);
    }
  }

  /// Admitted, over a pair of connected sockets.
  private DerpClient client(PrivateKey own) throws IOException {
    try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var near = new Socket(InetAddress.getLoopbackAddress(), listening.getLocalPort());
      server.handOver(new SocketChannel(listening.accept()), REMOTE);
      var client =
          DerpClient.open(new SocketChannel(near), own, DerpOptions.DEFAULT, random, Clock.SYSTEM);
      assertThat(client.receive()).isInstanceOf(Event.Admitted.class);
      assertThat(client.serverKey()).isEqualTo(server.key());
      return client;
    }
  }

  /// What a program has to write for a kind of stream that the library does not know.
  private record SocketChannel(Socket socket) implements ByteChannel {
    @Override
    public int read(byte[] buffer, Duration limit) throws IOException {
      socket.setSoTimeout((int) Math.max(1, limit.toMillis()));
      try {
        return socket.getInputStream().read(buffer);
      } catch (SocketTimeoutException e) {
        return 0;
      }
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException e) {
        // it is gone either way
      }
    }
  }
}
