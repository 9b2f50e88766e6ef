package dev.adit.cli.lab;

import dev.adit.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a machine needs so that a lab can run on it.
public final class Requirements {
  private static final String SCRIPT = "packages.sh";
  private static final Path TUN = Path.of("/dev/net/tun");

  private Requirements() {}

  /// True if we may build a lab here; otherwise [OwnNamespaces] are needed.
  public static boolean isRoot() throws IOException {
    return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  /// Installs missing packages where that is possible.
  ///
  /// @param purpose what needs them, for the message: `adit demo`
  /// @throws Failure if something is missing and cannot be installed, or, to an ordinary user, is
  ///   not allowed
  public static void check(String purpose) throws IOException {
    if (!Files.exists(TUN)) {
      throw Failure.failed(
          "/dev/net/tun is missing; load the kernel module (modprobe tun), or give this container"
              + " the device");
    }
    if (!Files.isReadable(TUN) || !Files.isWritable(TUN)) {
      throw Failure.failed(
          purpose
              + " may not use /dev/net/tun: permission denied; run it with sudo, or allow it to"
              + " everybody: sudo chmod 666 /dev/net/tun");
    }
    packages();
    if (!isRoot()) {
      OwnNamespaces.check(purpose);
    }
  }

  private static void packages() throws IOException {
    Path script = Files.createTempFile("adit-packages", ".sh");
    try (InputStream in = Requirements.class.getResourceAsStream(SCRIPT)) {
      if (in == null) {
        throw new IOException("resource " + SCRIPT + " is missing");
      }
      Files.write(script, in.readAllBytes());
      Process process =
          new ProcessBuilder("bash", script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String wrong = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw Failure.failed(wrong.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.failed("interrupted");
    } finally {
      Files.deleteIfExists(script);
    }
  }
}
