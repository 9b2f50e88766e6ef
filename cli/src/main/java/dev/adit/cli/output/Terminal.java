package dev.adit.cli.output;

/// Whether a person reads what we print. The script `adit` knows and passes it on; a program that
/// was started otherwise has no terminal. (`System.console()` asks about input and output together,
/// and costs a start its milliseconds.)
public final class Terminal {
  private static final String DESCRIPTORS = System.getProperty("adit.terminal", "");

  private Terminal() {}

  /// True if standard output is a terminal; only then may secrets go there (control R-ADM-5).
  public static boolean isStandardOutput() {
    return DESCRIPTORS.indexOf('1') >= 0;
  }

  public static boolean isStandardError() {
    return DESCRIPTORS.indexOf('2') >= 0;
  }
}
