package dev.adit.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this machine is called.
final class HostName {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  private HostName() {}

  /// The name that the user's shell or the kernel knows; `node` if there is none.
  static String get() {
    String name = System.getenv("HOSTNAME");
    if (name == null || name.isEmpty()) {
      try {
        name = Files.readString(KERNEL);
      } catch (IOException e) {
        name = "node";
      }
    }
    return name.strip();
  }
}
