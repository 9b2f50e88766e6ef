package dev.adit.systemtests.lab;

import dev.adit.cli.lab.Lab;
import dev.adit.net.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A running `ping` in a host's namespace: which sequence numbers were answered, and when.
final class PingStream implements AutoCloseable {
  private final Process process;
  private final Thread reader;
  private final BitSet answered = new BitSet();
  private final List<Long> times = new ArrayList<>();
  private volatile long first = -1;
  private volatile long last = -1;

  /// @param interval seconds between requests
  PingStream(Lab lab, String host, String address, double interval, String... more)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("ping", "-n", "-i", Double.toString(interval)));
    command.addAll(List.of(more));
    command.add(address);
    process = lab.converse(host, lab.folder().resolve("ping-errors.log"), command);
    reader = Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int at = line.indexOf("icmp_seq=");
        if (line.contains("bytes from") && at > 0) {
          String digits = line.substring(at + 9, line.indexOf(' ', at));
          answered(Integer.parseInt(digits), Clock.SYSTEM.nanos());
        }
      }
    } catch (IOException e) {
      // The process was ended; what was read stays.
    }
  }

  private synchronized void answered(int sequence, long now) {
    answered.set(sequence);
    times.add(now);
    last = now;
    if (first < 0) {
      first = now;
    }
  }

  /// When the first answer came; −1 if none has.
  long firstAnswer() {
    return first;
  }

  /// When the last answer came; −1 if none has.
  long lastAnswer() {
    return last;
  }

  synchronized int answers() {
    return answered.cardinality();
  }

  /// The longest time between two answers in a row since `from`, in nanoseconds; until now, if the
  /// last one is older.
  synchronized long longestGapSince(long from) {
    long before = from;
    long longest = 0;
    for (long time : times) {
      if (time > from) {
        longest = Math.max(longest, time - before);
        before = time;
      }
    }
    return Math.max(longest, Clock.SYSTEM.nanos() - before);
  }

  /// The sequence numbers up to the highest answered that were never answered.
  synchronized List<Integer> lost() {
    List<Integer> lost = new ArrayList<>();
    for (int i = 1; i < answered.length(); i++) {
      if (!answered.get(i)) {
        lost.add(i);
      }
    }
    return lost;
  }

  /// Waits until the ping ends by itself, as `-c` makes it.
  void awaitEnd() throws InterruptedException {
    process.waitFor();
    reader.join();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
