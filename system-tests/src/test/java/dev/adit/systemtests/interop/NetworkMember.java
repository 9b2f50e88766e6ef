package dev.adit.systemtests.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.derp.DerpClientSession;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpUpgrade;
import java.io.EOFException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A member of a network at a relay, with nothing between it and the relay's frames.
final class NetworkMember implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final byte[] PROBE = {(byte) 0xf5, 0x61, 0x64, 0x70};
  private static final int PROBE_BYTES = 64;

  private final Connection connection;
  private final DerpClientSession session;
  private final byte[] buffer = new byte[4096];

  /// @param connection to a relay that serves `key`; closed with the member
  NetworkMember(Connection connection, PrivateKey key) throws IOException {
    this.connection = connection;
    connection.readTimeout(PATIENCE);
    var head = HttpUpgrade.request(connection, "relay", "/derp", Map.of("Upgrade", "DERP"));
    assertThat(head.status()).isEqualTo(101);
    session = new DerpClientSession(key, null, RANDOM, Clock.SYSTEM.nanos());
    assertThat(next()).isInstanceOf(Event.Admitted.class);
  }

  /// What the relay says next; keep-alives are passed over.
  ///
  /// @throws EOFException if it has ended the connection
  Event next() throws IOException {
    while (true) {
      var event = session.poll();
      if (event instanceof Event.Write(var bytes)) {
        write(bytes);
      } else if (event != null && !(event instanceof Event.KeepAlive)) {
        return event;
      } else if (event == null) {
        int length = connection.input().read(buffer);
        if (length < 0) {
          throw new EOFException("the relay ended the connection");
        }
        session.received(buffer, 0, length, Clock.SYSTEM.nanos());
      }
    }
  }

  /// Writes the bytes of a frame as they are.
  void write(byte @Nullable [] bytes) throws IOException {
    connection.output().write(requireNonNull(bytes));
  }

  void send(PublicKey to, byte[] packet) throws IOException {
    write(session.packet(to, packet, 0, packet.length, Clock.SYSTEM.nanos()));
  }

  /// A packet to which a relay says that its destination is not here.
  void probe(PublicKey to) throws IOException {
    byte[] probe = new byte[PROBE_BYTES];
    System.arraycopy(PROBE, 0, probe, 0, PROBE.length);
    send(to, probe);
  }

  /// Asks whether the relay is there: the answer comes behind all that it says of what was sent
  /// before.
  void ping() throws IOException {
    write(session.ping(Clock.SYSTEM.nanos(), PATIENCE.toNanos()));
  }

  /// Nanoseconds from a packet to the answer of a ping behind it, and nothing else comes.
  long timeOfData(PublicKey to, byte[] packet) throws IOException {
    long begin = System.nanoTime();
    send(to, packet);
    ping();
    assertThat(next()).isInstanceOf(Event.PingAnswered.class);
    return System.nanoTime() - begin;
  }

  /// Nanoseconds from a probe to what the relay says of its destination: that it is not here.
  long timeOfProbe(PublicKey to) throws IOException {
    long begin = System.nanoTime();
    probe(to);
    assertThat(next()).isEqualTo(new Event.PeerGone(to, false));
    return System.nanoTime() - begin;
  }

  /// Ends the connection; whoever waits in [#next] is told.
  void leave() {
    connection.close();
  }

  @Override
  public void close() {
    leave();
  }
}
