package dev.adit.cli.demo;

import dev.adit.cli.demo.Event.Measured;
import dev.adit.cli.lab.Counters;
import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.net.local.LocalClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Runs one row in a lab that is up. Confined to one thread.
final class RowRun {
  private static final long MILLI = 1_000_000;
  private static final long SERVER_PATIENCE = 30_000 * MILLI;
  private static final long JOIN_PATIENCE_SECONDS = 30;

  /// After this long no first ping comes any more.
  private static final long PING_PATIENCE = 15_000 * MILLI;

  /// After this long an expected direct path does not come any more; it should take one second.
  private static final long DIRECT_PATIENCE = 10_000 * MILLI;

  /// How long a row that expects the relay waits for a direct path that must not come.
  private static final long SETTLE = 2_000 * MILLI;

  private static final Pattern MEAN_RTT = Pattern.compile("= [0-9.]+/([0-9.]+)/");

  private final Row row;
  private final Lab lab;
  private final List<String> agentOptions;
  private final String adit;
  private final Event.Listener listener;

  private @Nullable String leftPath;
  private @Nullable String rightPath;
  private Row.@Nullable Path seen;
  private @Nullable Long firstPing;
  private @Nullable Long direct;
  private @Nullable Long rtt;
  private Transfer.@Nullable Result transfer;
  private @Nullable Counters passed;

  /// @param agentOptions further options of `adit up`
  /// @param adit the script that runs this program
  RowRun(Row row, Lab lab, List<String> agentOptions, String adit, Event.Listener listener) {
    this.row = row;
    this.lab = lab;
    this.agentOptions = agentOptions;
    this.adit = adit;
    this.listener = listener;
  }

  /// The whole story; answers how it ended and never throws for what went wrong in the lab.
  Event.RowEnded run() {
    String reason;
    try {
      reason = story();
    } catch (IOException e) {
      reason = String.valueOf(e.getMessage());
    }
    Long nanos = transfer == null ? null : transfer.nanos();
    String hash = transfer == null ? null : transfer.sha256();
    Measured measured =
        new Measured(leftPath, rightPath, seen, firstPing, direct, rtt, nanos, hash, passed);
    return new Event.RowEnded(row, measured, reason);
  }

  /// @return null if all went as expected, else what did not
  private @Nullable String story() throws IOException {
    progress("starting the server");
    startServer();
    String key = Files.readString(state("srv").resolve("join.key")).strip();
    progress("left joins");
    join("l", key);
    String next = following(status("l").address());

    long begun;
    try (Pings pings = new Pings(lab, next)) {
      progress("right joins");
      begun = Clock.SYSTEM.nanos();
      join("r", key);
      String address = status("r").address();
      if (!address.equals(next)) {
        return "the second node got " + address + ", expected the lowest free address " + next;
      }
      progress("first ping");
      Long answered = await(PING_PATIENCE, pings::firstAnswer);
      if (answered == null) {
        return "no ping was answered within " + PING_PATIENCE / MILLI + " ms";
      }
      firstPing = (answered - begun) / MILLI;
    }
    try (Transfer prepared = new Transfer(lab, next)) {
      progress("waiting for the path");
      awaitPath(begun);
      progress("measuring");
      rtt = meanRtt(next);
      prepared.prepare();
      Counters before = lab.counters();
      transfer = prepared.run();
      passed = lab.counters().since(before);
    }
    leftPath = status("l").path();
    rightPath = status("r").path();
    Verdict verdict = Verdict.of(row, leftPath, rightPath, passed, Transfer.BYTES);
    seen = verdict.seen();
    return verdict.reason();
  }

  private void startServer() throws IOException {
    List<String> command = new ArrayList<>(List.of(adit, "serve"));
    List<String> names = row.ipv6() ? List.of("SRV6", "SRV6B") : List.of("SRV4", "SRV4B");
    String host = lab.address(names.get(0));
    command.addAll(List.of("--url", "https://" + (row.ipv6() ? "[" + host + "]" : host)));
    for (String name : names) {
      command.addAll(List.of("--address", lab.address(name)));
    }
    Path log = lab.folder().resolve("serve.log");
    Process server = lab.start("srv", log, command);
    Path socket = lab.run("srv").resolve("adit").resolve("coordinator.sock");
    Boolean answers =
        await(
            SERVER_PATIENCE,
            () -> {
              if (!server.isAlive()) {
                throw new IOException("adit serve ended: " + lastLine(log));
              }
              return answers(socket) ? true : null;
            });
    if (answers == null) {
      throw new IOException("adit serve does not answer: " + lastLine(log));
    }
  }

  private static boolean answers(Path socket) {
    try {
      return Files.exists(socket)
          && LocalClient.request(socket, "GET", "/api/v1/nodes", new byte[0]).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /// Runs `adit up KEY` to its end, as a user would.
  private void join(String host, String key) throws IOException {
    Path log = lab.folder().resolve("up-" + host + ".log");
    List<String> command = new ArrayList<>(List.of(adit, "up", key));
    command.addAll(agentOptions);
    Process up = lab.start(host, log, command);
    try {
      if (!up.waitFor(JOIN_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("adit up did not end within " + JOIN_PATIENCE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (up.exitValue() != 0) {
      throw new IOException("adit up: status " + up.exitValue() + ": " + lastLine(log));
    }
  }

  /// Waits until both agents report the expected path; a row that expects the relay also waits for
  /// the direct path that must not come. What did not come shows in the verdict.
  private void awaitPath(long begun) throws IOException {
    if (row.expected() == Row.Path.DIRECT) {
      direct =
          await(
              DIRECT_PATIENCE,
              () -> bothReport("direct") ? (Clock.SYSTEM.nanos() - begun) / MILLI : null);
    } else {
      var _ = await(SETTLE, () -> bothReport("direct") ? true : null);
    }
  }

  private boolean bothReport(String path) throws IOException {
    return status("l").path().equals(path) && status("r").path().equals(path);
  }

  private long meanRtt(String address) throws IOException {
    Outcome ping = lab.exec("l", "ping", "-n", "-q", "-c", "10", "-i", "0.05", "-W", "2", address);
    Matcher mean = MEAN_RTT.matcher(ping.output());
    if (!mean.find()) {
      throw new IOException("pings were lost: " + ping.output().strip().replace('\n', ' '));
    }
    return Math.round(Double.parseDouble(mean.group(1)) * 1000);
  }

  private AgentStatus status(String host) throws IOException {
    return AgentStatus.of(lab.run(host));
  }

  private Path state(String host) {
    return lab.lib(host).resolve("adit");
  }

  private void progress(String doing) {
    listener.happened(new Event.Progress(row, doing));
  }

  /// The coordinator gives out the lowest free address, so the next node's is known beforehand.
  static String following(String address) {
    int dot = address.lastIndexOf('.');
    return address.substring(0, dot + 1) + (Integer.parseInt(address.substring(dot + 1)) + 1);
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines =
        Files.exists(log) ? Files.readAllLines(log, StandardCharsets.UTF_8) : List.of();
    return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
  }

  /// Asks every 20 ms until there is an answer or `patience` is over; then null.
  private static <T> @Nullable T await(long patience, Question<T> question) throws IOException {
    long end = Clock.SYSTEM.nanos() + patience;
    T answer = question.ask();
    while (answer == null && Clock.SYSTEM.nanos() < end) {
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      answer = question.ask();
    }
    return answer;
  }

  @FunctionalInterface
  private interface Question<T> {
    @Nullable T ask() throws IOException;
  }
}
