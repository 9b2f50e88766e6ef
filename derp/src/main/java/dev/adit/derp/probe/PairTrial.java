package dev.adit.derp.probe;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.derp.DerpHttpClient;
import dev.adit.net.Clock;
import dev.adit.wire.BigEndian;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Two clients that have just connected, and packets from one to the other. Used once.
final class PairTrial {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LONG_PATIENCE = Duration.ofSeconds(30);

  /// So long another node may take to hear of a new client.
  private static final Duration SETTLE = Duration.ofMillis(100);

  private static final int PROBE_BYTES = 8;
  private static final int LARGEST = 65_536;
  private static final int DELAY_BYTES = 260;
  private static final long SECOND = 1_000_000_000L;

  /// Below the 32 packets that wait for one receiver (derp §5.2), so that none is dropped.
  private static final int IN_FLIGHT = 30;

  private final DerpHttpClient sender;
  private final DerpHttpClient receiver;
  private final RandomGenerator random;
  private final Clock clock;
  private final boolean sameNode;

  PairTrial(
      DerpHttpClient sender,
      DerpHttpClient receiver,
      RandomGenerator random,
      Clock clock,
      boolean sameNode) {
    this.sender = sender;
    this.receiver = receiver;
    this.random = random;
    this.clock = clock;
    this.sameNode = sameNode;
  }

  /// Waits until each knows that it was admitted, and other nodes may know, too.
  void settle() throws IOException, InterruptedException {
    admitted(sender);
    admitted(receiver);
    if (!sameNode) {
      Thread.sleep(SETTLE);
    }
  }

  private void admitted(DerpHttpClient client) throws IOException {
    long end = clock.nanos() + PATIENCE.toNanos();
    Event event;
    do {
      event = next(client, end);
    } while (!(event instanceof Event.Admitted));
  }

  /// 8 random bytes, which have to come from the right source.
  void onePacket() throws IOException {
    byte[] packet = new byte[PROBE_BYTES];
    random.nextBytes(packet);
    sender.send(receiver.key(), packet);
    long end = clock.nanos() + PATIENCE.toNanos();
    if (!Arrays.equals(packet, received(end))) {
      throw new IOException("another packet came than was sent");
    }
  }

  /// As many packets as `bytes` need, the largest there are; each has to come, in their order.
  void manyPackets(int bytes) throws IOException, InterruptedException {
    int count = Math.max(1, (bytes + LARGEST - 1) / LARGEST);
    var window = new Semaphore(IN_FLIGHT);
    var failure = new AtomicReference<@Nullable IOException>();
    Thread sending = Thread.ofVirtual().start(() -> send(count, window, failure));
    long end = clock.nanos() + LONG_PATIENCE.toNanos();
    try {
      for (int i = 0; i < count; i++) {
        int number = BigEndian.u32(received(end), 0);
        if (number != i) {
          throw new IOException("packet " + number + " came where " + i + " was due");
        }
        window.release();
      }
    } finally {
      sending.interrupt();
      sending.join();
    }
    IOException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  private void send(int count, Semaphore window, AtomicReference<@Nullable IOException> failure) {
    byte[] packet = new byte[LARGEST];
    try {
      for (int i = 0; i < count; i++) {
        if (!window.tryAcquire(LONG_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          return; // the receiver complains
        }
        BigEndian.putU32(packet, 0, i);
        sender.send(receiver.key(), packet);
      }
    } catch (IOException e) {
      failure.set(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Packets of a small size, evenly within one second; one that does not come within 5 s is lost
  /// (derp §18).
  ///
  /// @param perSecond at least 1
  /// @return how long the slowest took, nanoseconds
  /// @throws IOException if any was lost, with how many
  long delay(int perSecond) throws IOException, InterruptedException {
    var failure = new AtomicReference<@Nullable IOException>();
    Thread sending = Thread.ofVirtual().start(() -> sendEvenly(perSecond, failure));
    long end = clock.nanos() + SECOND + PATIENCE.toNanos();
    long slowest = 0;
    int came = 0;
    try {
      for (; came < perSecond; came++) {
        byte[] packet = received(end);
        slowest = Math.max(slowest, clock.nanos() - BigEndian.u64(packet, 0));
      }
    } catch (IOException e) {
      IOException cause = failure.get();
      throw cause != null
          ? cause
          : new IOException((perSecond - came) + " of " + perSecond + " packets were lost", e);
    } finally {
      sending.interrupt();
      sending.join();
    }
    return slowest;
  }

  /// Each packet says when it left.
  private void sendEvenly(int perSecond, AtomicReference<@Nullable IOException> failure) {
    long begun = clock.nanos();
    byte[] packet = new byte[DELAY_BYTES];
    try {
      for (int i = 0; i < perSecond; i++) {
        long due = begun + i * SECOND / perSecond;
        TimeUnit.NANOSECONDS.sleep(due - clock.nanos());
        BigEndian.putU64(packet, 0, clock.nanos());
        sender.send(receiver.key(), packet);
      }
    } catch (IOException e) {
      failure.set(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The next packet from the sender.
  private byte[] received(long end) throws IOException {
    while (true) {
      if (next(receiver, end) instanceof Event.Received packet) {
        if (!packet.source().equals(sender.key())) {
          throw new IOException("a packet came from another key than sent it");
        }
        return packet.packet();
      }
    }
  }

  private Event next(DerpHttpClient client, long end) throws IOException {
    long left = end - clock.nanos();
    var heard = left > 0 ? client.hear(Duration.ofNanos(left)) : null;
    if (heard == null) {
      throw new IOException("nothing came in time");
    }
    return heard.event();
  }
}
