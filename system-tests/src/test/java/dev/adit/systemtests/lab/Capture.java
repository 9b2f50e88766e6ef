package dev.adit.systemtests.lab;

import dev.adit.cli.lab.Lab;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What `tcpdump` sees in a router of the lab. Times are microseconds of the kernel's clock.
final class Capture implements AutoCloseable {
  private final Process process;
  private final Path log;

  Capture(Lab lab, String node) throws IOException {
    log = lab.folder().resolve("capture.log");
    process =
        lab.start(
            node,
            log,
            List.of(
                "tcpdump",
                "-i",
                "any",
                "-n",
                "-tt",
                "-l",
                "--immediate-mode",
                "-x",
                "udp or tcp port 443"));
    World.await(
        Duration.ofSeconds(10),
        "tcpdump listens",
        () -> {
          try {
            return Files.readString(log, StandardCharsets.ISO_8859_1).contains("listening on");
          } catch (IOException e) {
            return false;
          }
        });
  }

  void stop() {
    World.end(process);
  }

  /// The first TCP segment with data from `source` to `target`; −1 if there is none.
  long firstDataTo(String target, String source) throws IOException {
    for (String line : lines()) {
      boolean fits = line.contains(" " + source + ".") && line.contains("> " + target + ".443:");
      if (fits && !line.contains("length 0")) {
        return micros(line);
      }
    }
    return -1;
  }

  /// The first WireGuard initiation (148 bytes) over UDP from `source` to `target`; −1 if none.
  long firstInitiation(String source, String target) throws IOException {
    for (String line : lines()) {
      boolean fits = line.contains(" " + source + ".") && line.contains("> " + target + ".");
      if (fits && line.contains("UDP, length 148")) {
        return micros(line);
      }
    }
    return -1;
  }

  /// The bytes at which the IPv4 headers of UDP datagrams from `source` to `target` begin, in hex.
  ///
  /// @param length of their payload
  List<String> headers(String source, String target, int length) throws IOException {
    List<String> headers = new ArrayList<>();
    List<String> lines = lines();
    for (int i = 0; i + 1 < lines.size(); i++) {
      String line = lines.get(i);
      boolean fits = line.contains(" " + source + ".") && line.contains("> " + target + ".");
      if (fits && line.endsWith("UDP, length " + length)) {
        headers.add(lines.get(i + 1).substring("\t0x0000:  ".length()));
      }
    }
    return headers;
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(log, StandardCharsets.ISO_8859_1);
  }

  private static long micros(String line) {
    String[] time = line.substring(0, line.indexOf(' ')).split("\\.");
    return Long.parseLong(time[0]) * 1_000_000 + Long.parseLong(time[1]);
  }

  @Override
  public void close() {
    stop();
  }
}
