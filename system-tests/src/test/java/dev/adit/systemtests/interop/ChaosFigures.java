package dev.adit.systemtests.interop;

import java.util.Locale;

/// Prints what was measured, line by line, and whether it is enough. One thread.
final class ChaosFigures {
  private int shorts;

  static void headline() {
    print("", "before", "after", "limit", "");
  }

  /// @param after may not be above `limit`
  void atMost(String what, long before, long after, long limit) {
    judge(what, Long.toString(before), after, "<= " + limit, after <= limit);
  }

  /// What has no "before".
  void atMost(String what, long figure, long limit) {
    judge(what, "", figure, "<= " + limit, figure <= limit);
  }

  void atLeast(String what, long figure, long limit) {
    judge(what, "", figure, ">= " + limit, figure >= limit);
  }

  private void judge(String what, String before, long after, String limit, boolean isEnough) {
    shorts += isEnough ? 0 : 1;
    print(what, before, Long.toString(after), limit, isEnough ? "ok" : "SHORT");
  }

  private static void print(String what, String before, String after, String limit, String word) {
    System.out.printf(Locale.ROOT, "%-58s %10s %10s %12s  %s%n", what, before, after, limit, word);
  }

  /// For people; not judged.
  static void note(String line) {
    System.out.println(line);
  }

  int shorts() {
    return shorts;
  }
}
