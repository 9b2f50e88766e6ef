package dev.adit.cli.node;

import dev.adit.agent.AgentConfig;
import dev.adit.cli.Failure;
import dev.adit.net.local.LocalServer;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `adit up [KEY]`: starts the agent and waits until the node is usable.
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Starts the agent of this machine and waits until the node is usable: interface and addresses",
      "up, every peer configured, its relay connected. KEY is needed for the first time only."
    })
public final class UpCommand implements Callable<Integer> {
  private static final int MAX_KEY_FILE = 4_096;

  @Spec CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KEY",
      description = {
        "Join key, https://HOST/#adit1.… The list of processes shows it while the command runs;",
        "--key-file or ADIT_KEY keep it to yourself."
      })
  @Nullable String keyArgument;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Join key; - reads it from standard input.")
  @Nullable String key;

  @Option(names = "--key-file", paramLabel = "FILE", description = "File that holds the join key.")
  @Nullable Path keyFile;

  @Option(names = "--foreground", description = "Run the agent itself instead of starting it.")
  boolean foreground;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name to ask for; default the host's name.")
  @Nullable String name;

  @Option(
      names = "--interface",
      paramLabel = "NAME",
      defaultValue = AgentConfig.INTERFACE,
      description = "Name of the WireGuard interface; default ${DEFAULT-VALUE}.")
  String interfaceName = AgentConfig.INTERFACE;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = "/var/lib/adit",
      description = "Folder for keys, map and log; default ${DEFAULT-VALUE}.")
  Path stateDir = AgentConfig.STATE_FOLDER;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      defaultValue = "/run/adit",
      description = "Folder for the local socket; default ${DEFAULT-VALUE}.")
  Path runDir = AgentConfig.RUN_FOLDER;

  @Option(
      names = "--wireguard-go",
      paramLabel = "FILE",
      description = "The wireguard-go to start; default the newest found.")
  @Nullable Path wireGuardGo;

  @Option(names = "--relay-only", description = "Never try a direct path.")
  boolean relayOnly;

  @Option(
      names = "--candidate",
      paramLabel = "IP:PORT",
      split = ",",
      description =
          "An address at which this node can be reached from outside, such as a forwarded port. Repeatable.")
  List<String> candidates = List.of();

  @Override
  public Integer call() throws IOException {
    String joinKey = joinKey();
    AgentConfig config;
    try {
      config =
          new AgentConfig(
              stateDir, runDir, interfaceName, wireGuardGo, joinKey, name, relayOnly, candidates);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
    var launch = new AgentLaunch(config, spec.commandLine().getOut(), spec.commandLine().getErr());
    String running = runningAgent(config, launch);
    if (running != null) {
      spec.commandLine().getOut().println(running);
      return 0;
    }
    return foreground ? launch.runHere() : launch.startAndWait();
  }

  /// `already up as NAME (ADDRESS)` if the agent of this machine runs for the same coordinator,
  /// null if none runs.
  private @Nullable String runningAgent(AgentConfig config, AgentLaunch launch) {
    if (!LocalServer.isLive(config.socket())) {
      return null;
    }
    JsonObject status =
        new AgentClient(runDir).requestObject("GET", "/v1/status", "", Duration.ofSeconds(10));
    try {
      JsonObject coordinator = status.object("coordinator");
      if (!launch.isOf(coordinator.string("root"))) {
        throw Failure.failed(
            "already up with another coordinator, "
                + coordinator.string("url")
                + "; run first: adit down");
      }
      JsonObject self = status.object("self");
      List<String> addresses = self.strings("addresses", 64);
      return "already up as "
          + self.string("name")
          + " ("
          + (addresses.isEmpty() ? "-" : addresses.getFirst())
          + ")";
    } catch (MalformedException e) {
      throw Failure.failed("the running agent's answer is not understood: " + e.getMessage());
    }
  }

  /// From the argument, `--key`, `--key-file` or ADIT_KEY (which the settings read into `--key`).
  private @Nullable String joinKey() throws IOException {
    if (keyArgument != null) {
      if (!foreground) {
        spec.commandLine()
            .getErr()
            .println(
                "adit: the list of processes shows the join key; --key-file FILE or ADIT_KEY hide it");
      }
      return keyArgument;
    }
    if (keyFile != null) {
      try {
        if (Files.size(keyFile) > MAX_KEY_FILE) {
          throw Failure.usage(keyFile + " is too long for a join key");
        }
        return Files.readString(keyFile);
      } catch (NoSuchFileException e) {
        throw Failure.usage("no such file: " + keyFile);
      }
    }
    if ("-".equals(key)) {
      @SuppressWarnings("resource") // standard input is not ours to close
      InputStream in = System.in;
      return new String(in.readNBytes(MAX_KEY_FILE), StandardCharsets.UTF_8);
    }
    return key;
  }
}
