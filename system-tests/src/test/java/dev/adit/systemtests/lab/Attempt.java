package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One command of ours that must fail as a row of `docs/errors.md` says, and leave nothing behind.
/// Confined to one thread.
final class Attempt {
  /// A process on its way out when the command ends is gone within this time.
  private static final Duration LEAVING = Duration.ofSeconds(5);

  final World world;
  private final ErrorTable.Row row;
  private final Map<String, String> environment = new HashMap<>();
  private List<String> wrapper = List.of();
  private boolean made;

  Attempt(World world, ErrorTable.Row row) {
    this.world = world;
    this.row = row;
  }

  /// With this join key, by the environment.
  Attempt key(String key) {
    environment.put("ADIT_KEY", key);
    return this;
  }

  /// By way of another program, which is given our command as its last words.
  Attempt by(String... words) {
    wrapper = List.of(words);
    return this;
  }

  /// After some lines of shell, in a mount namespace of its own.
  Attempt after(String shell) {
    return by("sh", "-c", shell + "\nexec \"$@\"", "sh");
  }

  /// Runs `adit` with these arguments on a host.
  void fails(String host, String... arguments) throws IOException {
    run(host, false, arguments);
  }

  /// As [#fails]; then the agent that goes on is ended by `adit down`.
  void failsAndGoesOn(String host, String... arguments) throws IOException {
    run(host, true, arguments);
  }

  private void run(String host, boolean goesOn, String... arguments) throws IOException {
    assertThat(made).as(row.situation() + ": one command").isFalse();
    made = true;
    Belongings before = Belongings.of(world.lab, host);
    Path errors = world.lab.folder().resolve("errors");
    List<String> words = new ArrayList<>(wrapper);
    words.add(World.ADIT.toString());
    words.addAll(List.of(arguments));
    var builder = new ProcessBuilder(world.lab.inside(host, words)).redirectError(errors.toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.environment().put("ADIT_BUILD", "never");
    builder.environment().put(Belongings.MARK, world.lab.prefix());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = end(process);

    assertThat(Files.readString(errors)).as(row.situation()).matches(row.pattern() + "\n");
    assertThat(status).as(row.situation() + ": exit status").isEqualTo(row.status());
    assertThat(out).as(row.situation() + ": standard output").isEmpty();
    if (goesOn) {
      assertThat(difference(before, host)).as(row.situation()).contains("adit0");
      assertThat(world.adit(host, "down").output()).isEqualTo("down\n");
    }
    leavesNothing(before, host);
  }

  private int end(Process process) {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(row.situation() + ": did not end within 60 s");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void leavesNothing(Belongings before, String host) {
    var changes = new String[1];
    World.await(
        LEAVING,
        () -> row.situation() + ": leaves nothing behind, but\n" + changes[0],
        () -> {
          changes[0] = difference(before, host);
          return changes[0].isEmpty();
        });
  }

  private String difference(Belongings before, String host) {
    try {
      return String.join("\n", Belongings.difference(before, Belongings.of(world.lab, host)));
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
