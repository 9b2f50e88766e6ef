package dev.adit.systemtests.interop;

import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The programs of `bin/interop-build`. Thread-safe, because it is built once, as the class is
/// loaded.
final class GoPrograms {
  private static final Path BUILD = Path.of("..", "bin", "interop-build").toAbsolutePath();
  private static final Outcome BUILT = build();

  private GoPrograms() {}

  private static Outcome build() {
    try {
      return Outcome.of(List.of(BUILD.normalize().toString()));
    } catch (IOException e) {
      return new Outcome(1, String.valueOf(e.getMessage()));
    }
  }

  /// Why there are none; empty when there are.
  static String missing() {
    return BUILT.status() == 0 ? "" : "no Go programs: " + BUILT.output().strip();
  }

  /// `adit-interop`, `derper`, `derpprobe`, `tailscale`, `tailscaled`.
  static String path(String name) {
    String folder = BUILT.output().strip().lines().reduce("", (_, last) -> last);
    Path program = Path.of(folder, name);
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException("bin/interop-build made no " + name + ": " + missing());
    }
    return program.toString();
  }
}
