package dev.adit.cli.demo;

import dev.adit.cli.demo.Event.Measured;
import dev.adit.cli.output.OutputOption;
import dev.adit.cli.output.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/// Prints the demo's events as they come: lines of a table, or one JSON object (YAML document) per
/// event. Notes and progress go to standard error, progress only to a terminal.
final class Report implements Event.Listener {
  private static final String[] NAMES = {
    "LEFT", "RIGHT", "EXPECTED", "PATH", "FIRST PING", "DIRECT", "RTT", "MBIT/S", "RESULT"
  };
  private static final int[] WIDTHS = {16, 16, 9, 9, 11, 9, 9, 7, 0};

  private final PrintWriter out;
  private final OutputOption.Format format;
  private final boolean terminal = Terminal.isStandardError();
  private boolean headed;

  Report(PrintWriter out, OutputOption.Format format) {
    this.out = out;
    this.format = format;
  }

  /// A word to the user that is no result.
  void note(String text) {
    System.err.println("adit: " + text);
  }

  @Override
  public void happened(Event event) {
    if (event instanceof Event.Progress(Row row, String doing)) {
      if (terminal && format == OutputOption.Format.TABLE) {
        System.err.print("\r\033[K" + row.name() + ": " + doing);
        System.err.flush();
      }
      return;
    }
    switch (format) {
      case TABLE -> table(event);
      case JSON -> out.println(EventJson.of(event));
      case YAML -> out.print("---\n" + yaml(event));
    }
    out.flush();
  }

  private void table(Event event) {
    if (!headed) {
      line(NAMES);
      headed = true;
    }
    switch (event) {
      case Event.RowEnded ended -> {
        if (terminal) {
          out.flush();
          System.err.print("\r\033[K");
          System.err.flush();
        }
        row(ended.row(), ended.measured(), ended.reason());
      }
      case Event.Ended(int rows, int passed) ->
          out.println(passed + " of " + rows + " rows as expected");
      case Event.RowBegun _, Event.Progress _ -> {}
    }
  }

  private void row(Row row, Measured measured, @Nullable String reason) {
    Long nanos = measured.transferNanos();
    line(
        row.leftTitle(),
        row.rightTitle(),
        row.expected().toString(),
        measured.seen() == null ? "-" : measured.seen().toString(),
        millis(measured.firstPingMillis()),
        millis(measured.directMillis()),
        rtt(measured.rttMicros()),
        nanos == null ? "-" : Long.toString(mbitPerSecond(nanos)),
        reason == null ? "ok" : "FAILED");
    if (reason != null) {
      out.println("  " + reason);
    }
  }

  static long mbitPerSecond(long nanos) {
    return Transfer.BYTES * 8_000L / nanos;
  }

  private static String millis(@Nullable Long millis) {
    return millis == null ? "-" : millis + " ms";
  }

  private static String rtt(@Nullable Long micros) {
    if (micros == null) {
      return "-";
    }
    long hundredths = (micros + 5) / 10;
    String fraction = Long.toString(100 + hundredths % 100).substring(1);
    return hundredths / 100 + "." + fraction + " ms";
  }

  private void line(String... cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      line.append(cells[i]);
      if (i < cells.length - 1) {
        line.append(" ".repeat(Math.max(1, WIDTHS[i] + 1 - cells[i].length())));
      }
    }
    out.println(line);
  }

  private static String yaml(Event event) {
    StringWriter text = new StringWriter();
    OutputOption.yaml(new PrintWriter(text), EventJson.of(event));
    return text.toString();
  }
}
