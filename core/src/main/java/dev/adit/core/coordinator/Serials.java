package dev.adit.core.coordinator;

/// Serial numbers of records (control R-REC-3).
public final class Serials {
  private Serials() {}

  /// The serial of a new body: rises even if the clock went back.
  ///
  /// @param previous 0 if there is none
  public static long next(long previous, long nowSeconds) {
    return Math.max(previous + 1, nowSeconds);
  }
}
