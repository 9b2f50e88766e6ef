package dev.adit.net.linux;

import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.stun.StunMessage;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The self-test of a shared port, between the port and its listener: is heard what comes to it
/// from this machine (R-RAW-8)? Thread-safe, if one thread tests.
public final class HearingTest implements PortSharer.Listener {
  /// How long it waits.
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /// What is waited for.
  private record Question(byte[] bytes, CountDownLatch heard) {}

  private volatile PortSharer.Listener listener = (source, payload) -> {};
  private volatile @Nullable Question question;

  /// Everything but what was sent for the test goes there.
  public void listener(PortSharer.Listener hears) {
    listener = hears;
  }

  @Override
  public void received(Endpoint source, byte[] payload) {
    Question asked = question;
    if (asked != null && Arrays.equals(payload, asked.bytes)) {
      asked.heard.countDown();
    } else {
      listener.received(source, payload);
    }
  }

  /// Whether a datagram to this port on 127.0.0.1 is heard, by another thread. Waits for 100 ms at
  /// most.
  public boolean passes(int port) {
    return passes(port, null);
  }

  /// @param receives takes what has come, or waits for it for some milliseconds; null if another
  ///   thread does
  boolean passes(int port, @Nullable Runnable receives) {
    byte[] indication = new byte[20]; // a STUN Binding indication, which nobody answers
    new SecureRandom().nextBytes(indication);
    ByteBuffer.wrap(indication).putInt(0x0011_0000).putInt(StunMessage.COOKIE);
    var heard = new CountDownLatch(1);
    question = new Question(indication, heard);
    try (var socket = new DatagramSocket()) {
      InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      socket.send(new DatagramPacket(indication, indication.length, loopback, port));
      if (receives == null) {
        return heard.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
      long end = Clock.SYSTEM.nanos() + PATIENCE.toNanos();
      while (heard.getCount() > 0 && Clock.SYSTEM.nanos() < end) {
        receives.run();
      }
      return heard.getCount() == 0;
    } catch (IOException e) {
      return false; // not even sent
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      question = null;
    }
  }
}
