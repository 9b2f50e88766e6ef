package dev.adit.coordinator.store;

import dev.adit.core.coordinator.Refusal;
import dev.adit.net.Clock;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Readings;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
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

  /// Why a transaction did not happen.
  private enum Failure {
    DISK_FULL("disk full", "The disk is full."),
    LOCKED("database locked", "Another program holds the database's lock."),
    READ_ONLY("database read-only", "The database, or its folder, cannot be written."),
    DISK_ERROR("disk error", "The disk does not read or write as it should."),
    DAMAGED("database damaged", "The database's file is not as it was written."),
    DATABASE("database error", "The database refused it for another reason."),
    INTERNAL("internal error", "A mistake of this program."),
    QUEUE_FULL("too many changes wait", "10,000 waited already."),
    STOPPING("it stops", "The coordinator is about to stop.");

    private final String text;
    private final String sentence;

    Failure(String text, String sentence) {
      this.text = text;
      this.sentence = sentence;
    }
  }

  private final Database database;
  private final LongAdder committed = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final Counts<Failure> failures = new Counts<>(Failure.class);
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
      done.accept(failed(thread.isShutdown() ? Failure.STOPPING : Failure.QUEUE_FULL));
    }
  }

  private <T> Result<T> run(Database.Work<T> work) {
    long began = Clock.SYSTEM.nanos();
    try {
      T value = database.transact(work);
      committed.increment();
      return new Result.Done<>(value);
    } catch (SQLException e) {
      Failure why = reason(e);
      LogLine.warn(LOG, "database_error")
          .addKeyValue("reason", why.text)
          .addKeyValue("detail", e.getMessage())
          .log("the database refused a change");
      return failed(why);
    } catch (RuntimeException e) {
      LogLine.error(LOG, "change_failed").setCause(e).log("a change failed, nothing was written");
      return failed(Failure.INTERNAL);
    } finally {
      nanos.add(Clock.SYSTEM.nanos() - began);
    }
  }

  private <T> Result<T> failed(Failure why) {
    failures.count(why);
    return new Result.Failed<>(Refusal.unavailable(why.text, RETRY_SECONDS));
  }

  private static Failure reason(SQLException e) {
    if (!(e instanceof SQLiteException sqlite)) {
      return Failure.DATABASE;
    }
    // Extended result codes say more in their upper bits: https://sqlite.org/rescode.html
    return switch (sqlite.getResultCode().code & PRIMARY) {
      case FULL -> Failure.DISK_FULL;
      case BUSY, LOCKED -> Failure.LOCKED;
      case READ_ONLY -> Failure.READ_ONLY;
      case IO_ERROR, CANNOT_OPEN -> Failure.DISK_ERROR;
      case CORRUPT -> Failure.DAMAGED;
      default -> Failure.DATABASE;
    };
  }

  /// Adds what it counts.
  public void read(Readings into) {
    into.counter(
        "adit_database_transactions_total", "Transactions of the database.", committed.sum());
    into.counters(
        "adit_database_errors_total",
        "Transactions that did not happen, by reason.",
        "reason",
        Failure.values(),
        failure -> failure.sentence,
        failures::value);
    into.gauge("adit_database_waiting", "Transactions that wait for the one before.", waiting());
    into.counters("adit_database_seconds_total", "Time spent in transactions.")
        .add(nanos.sum() / 1e9);
  }

  private int waiting() {
    return thread.getQueue().size();
  }

  /// Lets what was submitted finish, then closes the database.
  @Override
  public void close() throws SQLException {
    thread.close();
    database.close();
  }
}
