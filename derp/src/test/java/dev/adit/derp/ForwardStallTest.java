package dev.adit.derp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.wire.derp.DerpFrame;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// A mesh peer that takes no packets any more, on a clock that the test sets.
class ForwardStallTest {
  private static final long SECOND = 1_000_000_000L;

  private final SecureRandom random = new SecureRandom();
  private final PrivateKey own = PrivateKey.generate(random);
  private final PrivateKey relay = PrivateKey.generate(random);
  private final AtomicLong now = new AtomicLong();
  private final Pipe[] pipe = Pipe.pair();
  private final CountDownLatch stalled = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  private final Clock clock =
      new Clock() {
        @Override
        public long nanos() {
          return now.get();
        }

        @Override
        public Instant wall() {
          return Instant.EPOCH;
        }
      };

  /// What a socket does whose peer does not read: a write waits until it is closed.
  private final class Deaf implements ByteChannel {
    private boolean greeted;

    @Override
    public int read(byte[] buffer, Duration limit) throws IOException {
      return pipe[0].read(buffer, Duration.ofMillis(1));
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      if (!greeted) {
        greeted = true;
        return;
      }
      stalled.countDown();
      try {
        closed.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      throw new IOException("closed");
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  @Test
  void aForwardThatStandsStillForFiveSecondsEndsTheLink() throws Exception { // derp §17.20
    pipe[1].write(new DerpFrame.ServerKey(relay.publicKey()).encode());
    var client = DerpClient.open(new Deaf(), own, DerpOptions.DEFAULT, random, clock);
    var forwarded =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                client.forward(own.publicKey(), relay.publicKey(), new byte[1]);
                return "written";
              } catch (IOException e) {
                return "ended";
              }
            },
            task -> Thread.ofVirtual().start(task));
    stalled.await();
    now.set(5 * SECOND);
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    var _ =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Object _ = client.receive(Duration.ofSeconds(60));
                end.complete(new AssertionError("something was received"));
              } catch (IOException e) {
                end.complete(e);
              }
            });
    assertThatThrownBy(() -> end.get(100, TimeUnit.MILLISECONDS))
        .as("not before")
        .isInstanceOf(TimeoutException.class);
    now.set(5 * SECOND + 1);
    assertThat(end.join()).hasMessage("the relay takes no packets any more");
    assertThat(forwarded.join()).isEqualTo("ended");
    assertThat(client.isEnded()).isTrue();
  }
}
