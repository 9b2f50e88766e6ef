package dev.adit.cli.node;

import dev.adit.agent.Agent;
import dev.adit.agent.AgentConfig;
import dev.adit.agent.Rights;
import dev.adit.cli.Failure;
import dev.adit.cli.launch.LogOptions;
import dev.adit.cli.output.WaitingLine;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs the agent in this process, or has a process of its own run it and waits until the node is
/// usable.
final class AgentLaunch {
  private static final int LOG_TAIL_BYTES = 64 * 1024;

  private final AgentConfig config;
  private final LogOptions log;
  private final PrintWriter out;
  private final PrintWriter err;
  private final @Nullable JoinKey key;

  /// @throws Failure if the join key is malformed
  AgentLaunch(AgentConfig config, LogOptions log, PrintWriter out, PrintWriter err) {
    this.config = config;
    this.log = log;
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
    log.apply();
    Agent.warmUp();
    var status = new int[1];
    var waiting = new WaitingLine(err);
    var progress =
        new Agent.Progress() {
          @Override
          public void ready(String name, String address) {
            say("up as " + name + " (" + address + ")");
          }

          @Override
          public void waiting(String what) {
            say(what);
          }

          @Override
          public void note(String text) {
            waiting.note(text);
          }

          @Override
          public void awaiting(String what) {
            waiting.show(what);
          }

          @Override
          public void failed(String text, boolean usage) {
            waiting.close();
            status[0] = usage ? Failure.USAGE : Failure.FAILED;
            err.println("adit: " + text);
            err.flush();
          }

          private void say(String text) {
            waiting.close();
            out.println(text);
            out.flush();
          }
        };
    Agent agent;
    try {
      agent = Agent.start(config, progress, (request, read) -> AgentPage.of(request, read));
    } catch (IOException e) {
      throw Failure.of(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "shutdown"));
    agent.await();
    return status[0];
  }

  /// Has the agent's process do it and waits for its word.
  int startAndWait() throws IOException {
    check();
    StateFiles.createFolder(config.stateFolder());
    try (AgentProcess process = AgentProcess.take()) {
      String line;
      try (var waiting = new WaitingLine(err)) {
        line = process.order(config, log, said -> meanwhile(said, waiting));
      }
      return line == null ? died() : outcome(line);
    }
  }

  private static boolean meanwhile(String line, WaitingLine waiting) {
    if (line.startsWith("note ")) {
      waiting.note(line.substring("note ".length()));
    } else if (line.startsWith("awaiting ")) {
      waiting.show(line.substring("awaiting ".length()));
    } else {
      return false;
    }
    return true;
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
    List<String> problems = Rights.problems(config);
    if (!problems.isEmpty()) {
      throw Failure.failed(problems.getFirst());
    }
  }
}
