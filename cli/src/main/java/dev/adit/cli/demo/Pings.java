package dev.adit.cli.demo;

import dev.adit.cli.lab.Lab;
import dev.adit.net.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A `ping -i 0.05` on the left host, from before the right one exists until its first answer.
///
/// The thread that reads is a virtual one; [#firstAnswer] may be asked by any thread.
final class Pings implements AutoCloseable {
  private final Process process;
  private volatile long answered = -1;

  Pings(Lab lab, String address) throws IOException {
    process =
        lab.converse(
            "l",
            lab.folder().resolve("ping.log"),
            List.of("ping", "-n", "-i", "0.05", "-W", "1", address));
    Thread.ofVirtual().name("ping-reader").start(this::read);
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains("bytes from") && answered < 0) {
          answered = Clock.SYSTEM.nanos();
        }
      }
    } catch (IOException e) {
      // The process was ended; what was read stays.
    }
  }

  /// When the first answer arrived, by [Clock#SYSTEM]; null if none has.
  @Nullable Long firstAnswer() {
    long at = answered;
    return at < 0 ? null : at;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
