package dev.adit.cli.node;

import dev.adit.agent.AgentConfig;
import dev.adit.cli.launch.JavaCommand;
import dev.adit.cli.launch.LogOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The agent's process as `adit up` sees it: first idle, then told what to do.
///
/// Two Java machines start when a node joins, this one and the agent's. They start side by side:
/// the agent's is there, warm and without orders, when this one has read its command line. Closed
/// without an order, or left by our death, it ends.
public final class AgentProcess implements AutoCloseable {
  /// More than a failed agent takes to remove its interface.
  private static final int END_SECONDS = 10;

  /// Hears what an agent says before its first word.
  interface Meanwhile {
    /// False if `line` is the first word.
    boolean heard(String line);
  }

  private static @Nullable AgentProcess early;

  private final Process process;

  private AgentProcess(Process process) {
    this.process = process;
  }

  /// Starts the agent's process already if the command line looks as if it were wanted.
  public static void startEarly(String... arguments) throws IOException {
    if (arguments.length == 0 || !arguments[0].equals("up")) {
      return;
    }
    for (String word : arguments) {
      switch (word) {
        case "-h", "--help", "-V", "--version", "--foreground" -> {
          return;
        }
        default -> {}
      }
    }
    early = start();
  }

  /// The process that was started early, or a new one.
  static AgentProcess take() throws IOException {
    AgentProcess started = early;
    early = null;
    return started == null ? start() : started;
  }

  private static AgentProcess start() throws IOException {
    List<String> words =
        JavaCommand.of(JavaCommand.Kind.AGENT, StartedAgent.class.getName(), List.of());
    var builder = new ProcessBuilder(words);
    builder.environment().remove("ADIT_KEY");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new AgentProcess(builder.start());
  }

  /// Tells the process to run the agent.
  ///
  /// @param meanwhile hears of what is said before the first word
  /// @return its first word, see [StartedAgent]; null if it ended without one
  @Nullable String order(AgentConfig config, LogOptions log, Meanwhile meanwhile)
      throws IOException {
    try (var toAgent = process.getOutputStream()) {
      toAgent.write(AgentOrders.write(config, log));
    } catch (IOException e) {
      // It has ended; that it has no word says so.
    }
    try (var words =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String word = words.readLine();
      while (word != null && meanwhile.heard(word)) {
        word = words.readLine();
      }
      if (word != null && word.startsWith("failed ")) {
        awaitEnd(); // when this is told, nothing of it shall be left
      }
      return word;
    }
  }

  private void awaitEnd() {
    try {
      var _ = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Leaves the process to itself.
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
  }
}
