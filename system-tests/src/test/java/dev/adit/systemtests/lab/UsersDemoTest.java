package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/// `adit demo` of a user who is not root. The user has an id that nobody else has, so that whatever
/// is left behind shows.
class UsersDemoTest {
  private static final String USER = Long.toString(2_000_000_000 + ProcessHandle.current().pid());
  private static final Duration LEAVING = Duration.ofSeconds(5);

  @TempDir Path home;

  @LabScenario("demo-of-an-ordinary-user")
  void rowsAreAsExpected() throws Exception {
    String links = links();
    Process demo = start("port-port");
    List<JsonObject> events = new ArrayList<>();
    try (BufferedReader lines = demo.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        events.add(Json.parseObject(line));
        assertThat(links()).as("links while it runs").isEqualTo(links);
      }
    }
    assertThat(demo.waitFor(1, TimeUnit.MINUTES)).isTrue();

    assertThat(events)
        .extracting(event -> event.string("event"))
        .containsExactly("row", "result", "end");
    assertThat(events.get(1).optionalString("reason")).isNull();
    assertThat(events.get(1).string("path")).isEqualTo("direct");
    assertThat(events.get(1).object("transfer").integer("bytes")).isEqualTo(50_000_000);
    assertThat(Files.readString(home.resolve("errors"))).isEmpty();
    assertThat(demo.exitValue()).isZero();
    assertThat(left()).isEmpty();
    assertThat(links()).isEqualTo(links);
  }

  @LabScenario("demo-of-an-ordinary-user-ends-clean")
  void leavesNothingHoweverItEnds() throws Exception {
    // Ctrl-C reaches all that the terminal has started; a kill reaches the one that it names.
    endsClean("INT", true, 130);
    endsClean("TERM", false, 143);
    endsClean("KILL", false, 137);
  }

  private void endsClean(String signal, boolean all, int status) throws Exception {
    Process demo = start("sym-sym");
    try {
      World.await(
          Duration.ofMinutes(1),
          "a server of the user's runs",
          () -> processes().stream().anyMatch(line -> line.contains(" dev.adit.cli.Adit serve ")));
      String target = (all ? "-" : "") + demo.pid();
      var _ = Outcome.mustSucceed(List.of("kill", "-" + signal, "--", target));
      assertThat(demo.waitFor(30, TimeUnit.SECONDS)).as(signal + ": ends").isTrue();
    } finally {
      demo.destroyForcibly();
    }
    assertThat(demo.exitValue()).as(signal).isEqualTo(status);
    if (signal.equals("KILL")) {
      World.await(LEAVING, "nothing of a killed demo is left", () -> left().isEmpty());
    }
    assertThat(left()).as(signal + ": nothing is left").isEmpty();
  }

  /// In a session of its own, as from another terminal.
  private Process start(String rows) throws IOException {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    String script =
        DemoErrors.TUN.formatted("666")
            + "exec setpriv --reuid=$0 --regid=$0 --clear-groups \"$@\"";
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                "setsid",
                "unshare",
                "--mount",
                "sh",
                "-c",
                script,
                USER, //
                World.ADIT.toString(),
                "demo",
                "-o",
                "json",
                "--rows",
                rows));
    builder.directory(home.toFile());
    builder.environment().put("HOME", home.toString());
    builder.environment().put("TMPDIR", home.toString());
    builder.environment().put("ADIT_BUILD", "never");
    return builder.redirectError(home.resolve("errors").toFile()).start();
  }

  /// The user's processes and files.
  private static List<String> left() {
    List<String> left = new ArrayList<>(processes());
    try {
      // Others remove files while we look: that is no error.
      String find = "find /tmp /var/tmp /run /dev/shm -user " + USER + " 2> /dev/null; true";
      left.addAll(Outcome.mustSucceed(List.of("sh", "-c", find)).lines().toList());
    } catch (IOException e) {
      left.add(String.valueOf(e.getMessage()));
    }
    return left;
  }

  private static List<String> processes() {
    List<String> found = new ArrayList<>();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      Path folder = Path.of("/proc", Long.toString(process.pid()));
      try {
        if (Files.readString(folder.resolve("status")).contains("\nUid:\t" + USER + "\t")) {
          String command = Files.readString(folder.resolve("cmdline")).replace('\0', ' ');
          found.add("process " + process.pid() + ": " + command);
        }
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
    return found;
  }

  private static String links() throws IOException {
    return Outcome.mustSucceed(List.of("ip", "-brief", "link"));
  }
}
