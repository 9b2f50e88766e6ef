package dev.adit.coordinator.stream;

import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.Writer;

/// Numbers for streams, rising also across restarts (control R-DB-5): reserved in the database by
/// the million, so that a connection costs no transaction. Confined to the hub thread.
final class StreamNumbers {
  static final int BLOCK = 1_000_000;

  private final Writer writer;
  private final HubThread thread;
  private long next;
  private long end;
  private long spare; // the first number of a reserved block; 0 if none
  private boolean asked;

  /// @param first of a block that was reserved before
  StreamNumbers(Writer writer, HubThread thread, long first) {
    this.writer = writer;
    this.thread = thread;
    next = first;
    end = first + BLOCK;
  }

  long next() {
    if (next >= end && spare != 0) {
      next = spare;
      end = spare + BLOCK;
      spare = 0;
      asked = false;
    }
    if (end - next < BLOCK / 2 && !asked) {
      asked = true;
      writer.submit(
          sql -> Reads.reserve(sql, "stream", BLOCK),
          result -> thread.post(() -> reserved(result)));
    }
    return next++;
  }

  private void reserved(Writer.Result<Long> result) {
    switch (result) {
      case Writer.Result.Done<Long>(Long first) -> spare = first;
      case Writer.Result.Failed<Long> _ -> asked = false;
    }
  }
}
