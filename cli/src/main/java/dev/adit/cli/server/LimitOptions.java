package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.core.derp.DerpRouter;
import dev.adit.core.derp.DerpServerOptions;
import dev.adit.core.derp.ReceiveLimits;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.RateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How much a relay takes from its clients, and keeps for them (a picocli mixin).
final class LimitOptions {
  private static final int LONGEST_FILE = 64 * 1024;

  @Option(
      names = "--receive-limits",
      paramLabel = "FILE",
      description = {
        "JSON that says how much is read of clients (default: all they send), as derper's -rate-config:",
        "PerClientRateLimitBytesPerSec and PerClientRateBurstBytes; also PerKey…, PerAddress…, Total….",
        "Read anew on SIGHUP."
      })
  @Nullable Path receiveLimits;

  @Option(
      names = "--write-timeout",
      paramLabel = "TIME",
      defaultValue = "2s",
      description =
          "A client that does not read at all for so long is dropped; 0 for never (default:"
              + " ${DEFAULT-VALUE}).")
  String writeTimeout = "2s";

  @Option(
      names = "--queue-depth",
      paramLabel = "NUMBER",
      defaultValue = "32",
      description =
          "Packets that wait for one client, of handshakes and of data each (default:"
              + " ${DEFAULT-VALUE}).")
  int queueDepth = 32;

  /// @param others what other options say
  /// @throws Failure naming what is wrong
  DerpServerOptions derp(DerpServerOptions others) {
    long seconds = writeTimeout.equals("0") ? 0 : Times.seconds(writeTimeout);
    try {
      return others.withQueueDepth(queueDepth).withWriteLimit(TimeUnit.SECONDS.toNanos(seconds));
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }

  /// Before anything is made.
  ///
  /// @throws Failure naming what is wrong
  void check() {
    DerpServerOptions _ = derp(DerpServerOptions.DEFAULT);
    try {
      ReceiveLimits _ = receiveLimits == null ? ReceiveLimits.NONE : read(receiveLimits);
    } catch (IOException e) {
      throw Failure.failed(String.valueOf(e.getMessage()));
    }
  }

  /// Limits from now on what is read, as the file says.
  ///
  /// @throws IOException if there is a file that cannot be used
  void apply(DerpRouter router, Reloads reloads) throws IOException {
    Path file = receiveLimits;
    if (file != null) {
      router.limitReceiving(read(file));
      reloads.add("receive limits", () -> router.limitReceiving(read(file)));
    }
  }

  private static ReceiveLimits read(Path file) throws IOException {
    try {
      RateFile limits = RateFile.parse(StateFiles.read(file, LONGEST_FILE));
      return new ReceiveLimits(
          rate(limits.perClient()),
          rate(limits.perKey()),
          rate(limits.perAddress()),
          rate(limits.total()));
    } catch (IOException | MalformedException e) {
      throw new IOException("cannot use --receive-limits " + file + ": " + e.getMessage(), e);
    }
  }

  private static ReceiveLimits.Rate rate(RateFile.Limit limit) {
    return new ReceiveLimits.Rate(limit.bytesPerSecond(), limit.burstBytes());
  }
}
