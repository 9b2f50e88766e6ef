package dev.adit.cli.node;

import dev.adit.agent.Agent;
import dev.adit.agent.AgentConfig;
import dev.adit.cli.Failure;
import dev.adit.cli.launch.JavaCommand;
import dev.adit.net.files.StateFiles;
import dev.adit.net.linux.SystemChecks;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.JoinKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs the agent in this process, or starts it as one of its own and waits until the node is
/// usable.
///
/// The started process tells on its standard output how far it is, one line each, then closes it:
/// `ready NAME ADDRESS`, `waiting WHAT` (it goes on trying) or `failed STATUS TEXT`.
final class AgentLaunch {
  private static final int LOG_TAIL_BYTES = 64 * 1024;

  private final AgentConfig config;
  private final PrintWriter out;
  private final PrintWriter err;
  private final @Nullable JoinKey key;

  /// @throws Failure if the join key is malformed
  AgentLaunch(AgentConfig config, PrintWriter out, PrintWriter err) {
    this.config = config;
    this.out = out;
    this.err = err;
    try {
      this.key = config.joinKey() == null ? null : JoinKey.parse(config.joinKey());
    } catch (MalformedException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }

  /// True if the join key belongs to the coordinator with this root key, or no join key was given.
  boolean isOf(String root) {
    return key == null || key.root().toB64().equals(root);
  }

  /// Runs the agent here until it is told to end.
  int runHere() throws IOException {
    check();
    var status = new int[1];
    Agent agent =
        Agent.start(
            config,
            new Agent.Progress() {
              @Override
              public void ready(String name, String address) {
                say("ready " + name + " " + address, "up as " + name + " (" + address + ")");
              }

              @Override
              public void waiting(String what) {
                say("waiting " + what, what);
              }

              @Override
              public void failed(String text, boolean usage) {
                status[0] = usage ? Failure.USAGE : Failure.FAILED;
                say("failed " + status[0] + " " + text, null);
                err.println("adit: " + text);
                err.flush();
              }

              private void say(String line, @Nullable String forPeople) {
                if (started()) {
                  System.out.println(line);
                  System.out.close(); // nobody reads any more; a later word must not end us
                } else if (forPeople != null) {
                  out.println(forPeople);
                  out.flush();
                }
              }

              private boolean started() {
                return "1".equals(System.getenv("ADIT_STARTED"));
              }
            });
    Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "shutdown"));
    agent.await();
    return status[0];
  }

  /// Starts the agent and waits for its word.
  int startAndWait() throws IOException {
    check();
    StateFiles.createFolder(config.stateFolder());
    Process process = process();
    try (var toAgent = process.getOutputStream()) {
      String text = config.joinKey();
      if (text != null) {
        toAgent.write(text.getBytes(StandardCharsets.UTF_8));
      }
    }
    try (var words =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = words.readLine();
      return line == null ? died() : outcome(line);
    }
  }

  private Process process() throws IOException {
    List<String> arguments = new ArrayList<>(List.of("up", "--foreground", "--key", "-"));
    arguments.addAll(List.of("--interface", config.interfaceName()));
    arguments.addAll(List.of("--state-dir", config.stateFolder().toString()));
    arguments.addAll(List.of("--run-dir", config.runFolder().toString()));
    if (config.wireGuardGo() != null) {
      arguments.addAll(List.of("--wireguard-go", config.wireGuardGo().toString()));
    }
    if (config.name() != null) {
      arguments.addAll(List.of("--name", config.name()));
    }
    if (config.relayOnly()) {
      arguments.add("--relay-only");
    }
    for (String candidate : config.staticCandidates()) {
      arguments.addAll(List.of("--candidate", candidate));
    }
    var builder =
        new ProcessBuilder(JavaCommand.of(JavaCommand.Kind.AGENT, "dev.adit.cli.Adit", arguments));
    builder.environment().put("ADIT_STARTED", "1");
    builder.environment().remove("ADIT_KEY");
    builder.redirectError(ProcessBuilder.Redirect.appendTo(config.logFile().toFile()));
    return builder.start();
  }

  private int outcome(String line) {
    String[] words = line.split(" ", 3);
    return switch (words[0]) {
      case "ready" -> {
        out.println("up as " + words[1] + " (" + words[2] + ")");
        yield Failure.DONE;
      }
      case "waiting" -> throw Failure.failed(line.substring("waiting ".length()));
      case "failed" ->
          throw words[1].equals("2") ? Failure.usage(words[2]) : Failure.failed(words[2]);
      default -> throw Failure.failed("the agent said '" + line + "'; see " + config.logFile());
    };
  }

  private int died() throws IOException {
    Path log = config.logFile();
    String last = "";
    if (Files.exists(log)) {
      try (var in = Files.newInputStream(log)) {
        in.skipNBytes(Math.max(0, Files.size(log) - LOG_TAIL_BYTES));
        String tail = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        last = tail.substring(tail.lastIndexOf('\n') + 1);
      }
    }
    throw Failure.failed(
        "the agent ended at its start" + (last.isEmpty() ? "" : ": " + last) + "; log: " + log);
  }

  private void check() {
    List<String> problems = SystemChecks.problems(config.wireGuardGo());
    if (!problems.isEmpty()) {
      throw Failure.failed(problems.getFirst());
    }
  }
}
