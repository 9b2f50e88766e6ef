package dev.adit.cli.node;

import dev.adit.cli.Failure;
import dev.adit.cli.output.OutputOption;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.PrintWriter;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// `adit status --watch`: the status again and again. Confined to one thread.
///
/// On a terminal the table is drawn anew in place each second, and says so if there is no agent.
/// Elsewhere only changes are printed, and a missing agent ends it: a script wants to know.
final class StatusWatch {
  private static final long PAUSE_NANOS = 1_000_000_000L;
  private static final String ERASE_SCREEN = "\u001b[2J";
  private static final String HOME = "\u001b[H";
  private static final String ERASE_TO_LINE_END = "\u001b[K";
  private static final String ERASE_BELOW = "\u001b[J";

  private final PrintWriter out;
  private final OutputOption.Format format;
  private final boolean inPlace;
  private String last = "";

  StatusWatch(PrintWriter out, OutputOption.Format format, boolean inPlace) {
    this.out = out;
    this.format = format;
    this.inPlace = inPlace;
  }

  /// Waits until the next look; never ends by itself.
  static boolean pause() {
    LockSupport.parkNanos(PAUSE_NANOS);
    return true;
  }

  /// @param status asks the agent
  /// @param goOn waits for the next time; false to end
  void run(Supplier<String> status, BooleanSupplier goOn) throws MalformedException {
    if (inPlace) {
      out.print(ERASE_SCREEN);
    }
    do {
      if (inPlace) {
        draw(status);
      } else {
        printIfChanged(status.get());
      }
      out.flush();
    } while (goOn.getAsBoolean());
  }

  private void draw(Supplier<String> status) throws MalformedException {
    String text;
    try {
      text = StatusCommand.table(Json.parseReport(status.get()));
    } catch (Failure e) {
      text = e.line() + "\n";
    }
    out.print(HOME + text.replace("\n", ERASE_TO_LINE_END + "\n") + ERASE_BELOW);
  }

  private void printIfChanged(String status) throws MalformedException {
    String steady = steady(status);
    if (steady.equals(last)) {
      return;
    }
    boolean first = last.isEmpty();
    last = steady;
    JsonObject value = Json.parseReport(status);
    switch (format) {
      case JSON -> out.println(status);
      case YAML -> {
        out.println("---");
        OutputOption.yaml(out, status);
      }
      case TABLE -> out.print((first ? "" : "\n") + StatusCommand.table(value));
    }
  }

  /// Without what changes all the time, so that what is left tells of a change.
  private static String steady(String status) {
    return status.replaceAll("\"(rttMs|rxBytes|txBytes)\":[^,}]*", "");
  }
}
