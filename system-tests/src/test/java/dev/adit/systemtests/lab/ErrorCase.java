package dev.adit.systemtests.lab;

import java.io.IOException;
import java.util.List;

/// One row of `docs/errors.md` and how to get there.
///
/// @param situation the row's first column
record ErrorCase(String situation, Making making) {
  /// Prepares what is needed, makes the attempt, removes what was prepared.
  @FunctionalInterface
  interface Making {
    void make(Attempt attempt) throws IOException;
  }

  static ErrorCase when(String situation, Making making) {
    return new ErrorCase(situation, making);
  }

  /// Tries all of them in one world, one after the other.
  static void tryAll(List<ErrorCase> cases, World world) throws IOException {
    ErrorTable table = ErrorTable.read();
    for (ErrorCase one : cases) {
      one.making.make(new Attempt(world, table.row(one.situation)));
    }
  }
}
