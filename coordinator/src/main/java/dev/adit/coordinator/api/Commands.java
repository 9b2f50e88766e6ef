package dev.adit.coordinator.api;

import dev.adit.coordinator.store.Database;
import dev.adit.coordinator.store.Writer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs transactions for requests, which wait for them. Thread-safe.
public final class Commands {
  private static final long SECONDS = 30;

  private final Writer writer;

  public Commands(Writer writer) {
    this.writer = writer;
  }

  public <T> Writer.Result<T> run(Database.Work<T> work) {
    var answer = new CompletableFuture<Writer.Result<T>>();
    writer.submit(work, answer::complete);
    return await(answer);
  }

  /// Waits for what takes milliseconds, unless the disk is in trouble.
  static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new CompletionException(e);
    }
  }
}
