package dev.adit.systemtests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the machine's processors have done since its start, in ticks (`/proc/stat`).
///
/// @param stolen taken by other virtual machines of the same host while we had work to do
record ProcessorTime(long total, long idle, long stolen) {
  private static final int IDLE = 3;
  private static final int IOWAIT = 4;
  private static final int STEAL = 7;
  private static final int FIELDS = 8;

  static ProcessorTime now() throws IOException {
    String first;
    try (var lines = Files.lines(Path.of("/proc/stat"))) {
      first = lines.findFirst().orElseThrow();
    }
    String[] words = first.split(" +"); // cpu user nice system idle iowait irq softirq steal …
    long total = 0;
    for (int i = 0; i < FIELDS; i++) {
      total += field(words, i);
    }
    return new ProcessorTime(total, field(words, IDLE) + field(words, IOWAIT), field(words, STEAL));
  }

  private static long field(String[] words, int index) {
    return Long.parseLong(words[index + 1]);
  }

  ProcessorTime since(ProcessorTime earlier) {
    return new ProcessorTime(total - earlier.total, idle - earlier.idle, stolen - earlier.stolen);
  }

  int stolenPercent() {
    return (int) (100 * stolen / Math.max(total, 1));
  }

  int idlePercent() {
    return (int) (100 * idle / Math.max(total, 1));
  }
}
