package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A wall clock for the programs of one host that is wrong by what a file says, now: Debian's
/// `libfaketime`. Their monotonic clock stays right, as it does on a machine whose date is set.
///
/// With its correction for monotonic clocks (`FAKETIME_FORCE_MONOTONIC_FIX`), which is on by
/// default, every timed wait of a Java program ends at once, and the program takes all processors.
final class FakeClock {
  private static final Path LIBRARIES = Path.of("/usr/lib");

  private final Path file;
  private final List<String> environment;

  /// @param error of the beginning, such as `+0`, `+3d`, `-20y`
  FakeClock(World world, String host, String error) throws IOException {
    file = Files.writeString(world.lab.folder().resolve("clock-" + host), error + "\n");
    environment =
        List.of(
            "env",
            "LD_PRELOAD=" + library(),
            "FAKETIME_TIMESTAMP_FILE=" + file,
            "FAKETIME_CACHE_DURATION=1",
            "DONT_FAKE_MONOTONIC=1",
            "FAKETIME_FORCE_MONOTONIC_FIX=0");
  }

  private static Path library() throws IOException {
    try (var files = Files.find(LIBRARIES, 3, (path, _) -> path.endsWith("libfaketimeMT.so.1"))) {
      return files.findFirst().orElseThrow(() -> new IOException("no libfaketime below /usr/lib"));
    }
  }

  /// What the clock's error is read from.
  Path file() {
    return file;
  }

  /// The words that run `adit` with this clock.
  List<String> adit(String... arguments) {
    List<String> words = new ArrayList<>(environment);
    words.add(World.ADIT.toString());
    words.addAll(List.of(arguments));
    return words;
  }

  /// Runs `adit` on a host with this clock, to its end.
  void succeeds(World world, String host, String... arguments) throws IOException {
    var outcome = world.lab.exec(host, adit(arguments).toArray(String[]::new));
    assertThat(outcome.status()).as(() -> outcome.output() + world.agentLog(host)).isZero();
  }
}
