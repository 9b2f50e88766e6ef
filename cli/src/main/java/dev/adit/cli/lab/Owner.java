package dev.adit.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// The process that a lab belongs to, written into the lab's folder.
///
/// A process id alone is not enough, because it may have been given to another program since; the
/// start time tells them apart.
record Owner(long pid, String started) {
  private static final String FILE = "owner";

  static Owner self() {
    return of(ProcessHandle.current());
  }

  private static Owner of(ProcessHandle process) {
    Optional<Instant> started = process.info().startInstant();
    return new Owner(process.pid(), started.map(Instant::toString).orElse("-"));
  }

  void write(Path lab) throws IOException {
    Files.writeString(lab.resolve(FILE), pid + " " + started + "\n");
  }

  /// True if the lab in this folder belongs to a process that still runs.
  static boolean isAlive(Path lab) {
    try {
      String[] words = Files.readString(lab.resolve(FILE)).strip().split(" ");
      Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(words[0]));
      return process.isPresent() && of(process.get()).started().equals(words[1]);
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return false;
    }
  }
}
