package dev.adit.coordinator.store;

import dev.adit.core.coordinator.Refusal;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteException;

/// The one thread that writes to the database (control R-DB-3). Thread-safe.
///
/// Others hand it transactions; results come back on its thread, in commit order. When 10,000 wait,
/// the next is refused at once as *unavailable*: each would wait for a disk that does not keep up.
public final class Writer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
  private static final int MOST_WAITING = 10_000;
  private static final long RETRY_SECONDS = 30;

  // SQLite's primary result codes.
  private static final int PRIMARY = 0xff;
  private static final int BUSY = 5;
  private static final int LOCKED = 6;
  private static final int READ_ONLY = 8;
  private static final int IO_ERROR = 10;
  private static final int CORRUPT = 11;
  private static final int FULL = 13;
  private static final int CANNOT_OPEN = 14;

  private final Database database;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          Thread.ofPlatform().daemon().name("coordinator-writer").factory());

  /// Takes the database over: nobody else touches it from here on.
  public Writer(Database database) {
    this.database = database;
  }

  /// What became of a transaction.
  public sealed interface Result<T> {
    record Done<T>(T value) implements Result<T> {}

    /// Rolled back; nothing changed.
    record Failed<T>(Refusal refusal) implements Result<T> {}
  }

  /// @param done called once, on the writer thread; must not block. On the caller's thread if the
  ///   queue is full.
  public <T> void submit(Database.Work<T> work, Consumer<Result<T>> done) {
    try {
      thread.execute(() -> done.accept(run(work)));
    } catch (RejectedExecutionException e) {
      String why = thread.isShutdown() ? "it stops" : "too many changes wait";
      done.accept(new Result.Failed<>(Refusal.unavailable(why, RETRY_SECONDS)));
    }
  }

  private <T> Result<T> run(Database.Work<T> work) {
    try {
      return new Result.Done<>(database.transact(work));
    } catch (SQLException e) {
      String why = reason(e);
      LOG.warn("the database refused a change: {} ({})", why, e.getMessage());
      return new Result.Failed<>(Refusal.unavailable(why, RETRY_SECONDS));
    } catch (RuntimeException e) {
      LOG.error("a change failed, nothing was written", e);
      return new Result.Failed<>(Refusal.unavailable("internal error", RETRY_SECONDS));
    }
  }

  private static String reason(SQLException e) {
    if (!(e instanceof SQLiteException sqlite)) {
      return "database error";
    }
    // Extended result codes say more in their upper bits: https://sqlite.org/rescode.html
    return switch (sqlite.getResultCode().code & PRIMARY) {
      case FULL -> "disk full";
      case BUSY, LOCKED -> "database locked";
      case READ_ONLY -> "database read-only";
      case IO_ERROR, CANNOT_OPEN -> "disk error";
      case CORRUPT -> "database damaged";
      default -> "database error";
    };
  }

  /// Lets what was submitted finish, then closes the database.
  @Override
  public void close() throws SQLException {
    thread.close();
    database.close();
  }
}
