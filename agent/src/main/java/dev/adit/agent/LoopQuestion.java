package dev.adit.agent;

import dev.adit.net.udp.UdpLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Puts questions to the packet loop's thread, for other threads.
final class LoopQuestion {
  /// The loop is busy for a second at most, with the map of a large network on a small machine.
  private static final long PATIENCE_SECONDS = 30;

  private LoopQuestion() {}

  /// Waits for the answer. An exception of the question comes out as it is.
  ///
  /// @throws IllegalStateException if the loop does not answer: it has ended
  static <T extends @Nullable Object> T ask(UdpLoop loop, Supplier<T> question) {
    var answer = new CompletableFuture<T>();
    loop.post(() -> {
      try {
        answer.complete(question.get());
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    try {
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the packet loop did not answer", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }
}
