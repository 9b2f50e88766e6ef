package dev.adit.cli.node;

import dev.adit.agent.AgentConfig;
import dev.adit.agent.DataMode;
import dev.adit.cli.Adit;
import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.cli.Version;
import dev.adit.cli.launch.LogOptions;
import dev.adit.net.local.LocalServer;
import dev.adit.wire.Endpoint;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `adit up [KEY]`: starts the agent and waits until the node is usable.
///
/// Its options are written as code, not as annotations: picocli needs 200 ms to read so many of
/// those in a Java machine that has just started, and this command has a second in all.
public final class UpCommand implements Callable<Integer> {
  private static final int MAX_KEY_FILE = 4_096;

  private CommandSpec spec = CommandSpec.create();

  private UpCommand() {}

  /// The command with its options, for picocli.
  public static CommandSpec spec() {
    var command = new UpCommand();
    CommandSpec spec = CommandSpec.wrapWithoutInspection(command);
    command.spec = spec;
    spec.name("up").versionProvider(new Version());
    spec.usageMessage()
        .description(
            "Starts the agent of this machine and waits until the node is usable: interface and addresses",
            "up, every peer configured, its relay connected. KEY is needed for the first time only.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .paramLabel("KEY")
            .type(String.class)
            .description(
                "Join key, https://HOST/#adit1.… The list of processes shows it while the command runs;",
                "--key-file or ADIT_KEY keep it to yourself.")
            .build());
    text(spec, "--key", "KEY", "Join key; - reads it from standard input.");
    text(spec, "--key-file", "FILE", "File that holds the join key.");
    flag(spec, "--foreground", "Run the agent itself instead of starting it.");
    text(spec, "--name", "NAME", "Name to ask for; default the host's name.");
    standard(
        spec,
        "--interface",
        "NAME",
        AgentConfig.INTERFACE,
        "Name of the WireGuard interface; default ${DEFAULT-VALUE}.");
    standard(
        spec,
        "--state-dir",
        "DIR",
        AgentConfig.STATE_FOLDER.toString(),
        "Folder for keys, map and log; default ${DEFAULT-VALUE}.");
    standard(
        spec,
        "--run-dir",
        "DIR",
        AgentConfig.RUN_FOLDER.toString(),
        "Folder for the local socket; default ${DEFAULT-VALUE}.");
    text(spec, "--wireguard-go", "FILE", "The wireguard-go to start; default the newest found.");
    standard(
        spec,
        "--mode",
        "MODE",
        DataMode.AUTO.text(),
        "How packets travel: native (on direct paths by WireGuard itself; needs CAP_NET_RAW), helper (as native, by way of adit helper), mux (all of them pass the agent), relay-only, or auto (native if it can be, else helper, else mux); default ${DEFAULT-VALUE}.");
    standard(
        spec,
        "--helper",
        "SOCKET",
        AgentConfig.HELPER_SOCKET.toString(),
        "Where adit helper listens; default ${DEFAULT-VALUE}.");
    flag(spec, "--relay-only", "Never try a direct path: --mode relay-only.");
    spec.addOption(
        OptionSpec.builder("--candidate")
            .paramLabel("IP:PORT")
            .arity("1")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .splitRegex(",")
            .description(
                "An address at which this node can be reached from outside, such as a forwarded port. Repeatable.")
            .build());
    standard(
        spec,
        "--offline-max-age",
        "DURATION",
        "30d",
        "For how long to go on without the coordinator, 0 for ever; default ${DEFAULT-VALUE}.");
    standard(
        spec,
        "--log-level",
        "LEVEL",
        LogOptions.LEVEL,
        "What the agent logs: error, warn, info, debug or trace; default ${DEFAULT-VALUE}.");
    standard(
        spec,
        "--log-format",
        "FORMAT",
        LogOptions.FORMAT,
        "text, or json: one object a line; default ${DEFAULT-VALUE}.");
    text(
        spec,
        "--timeout",
        "DURATION",
        "How long to wait until the node is usable, such as 90s; default 10s, and for as long as the coordinator asks to wait. The agent goes on trying.");
    text(
        spec,
        "--metrics",
        "ADDR:PORT",
        "TCP address for GET /metrics, such as 127.0.0.1:9586; default none, see adit metrics.");
    flag(
        spec,
        "--new-identity",
        "Join as another machine, with new keys: for a copy of a disk. Needs KEY.");
    Adit.addStandardOptions(spec);
    return spec;
  }

  private static void flag(CommandSpec spec, String name, String description) {
    spec.addOption(
        OptionSpec.builder(name).type(boolean.class).arity("0").description(description).build());
  }

  private static void text(CommandSpec spec, String name, String label, String description) {
    spec.addOption(described(name, label, description).build());
  }

  private static void standard(
      CommandSpec spec, String name, String label, String value, String description) {
    spec.addOption(described(name, label, description).defaultValue(value).build());
  }

  private static OptionSpec.Builder described(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description);
  }

  private @Nullable String text(String option) {
    return spec.findOption(option).getValue();
  }

  private @Nullable Path path(String option) {
    String value = text(option);
    return value == null ? null : Path.of(value);
  }

  private boolean flag(String option) {
    return Boolean.TRUE.equals(spec.findOption(option).<Boolean>getValue());
  }

  @Override
  public Integer call() throws IOException {
    String joinKey = joinKey();
    if (joinKey == null && flag("--new-identity")) {
      throw Failure.usage("a new identity has to join anew; run: adit up --new-identity KEY");
    }
    List<String> candidates = spec.findOption("--candidate").getValue();
    AgentConfig config;
    try {
      config =
          new AgentConfig(
              Path.of(String.valueOf(text("--state-dir"))),
              Path.of(String.valueOf(text("--run-dir"))),
              String.valueOf(text("--interface")),
              path("--wireguard-go"),
              joinKey,
              text("--name"),
              flag("--relay-only")
                  ? DataMode.RELAY_ONLY
                  : DataMode.parse(String.valueOf(text("--mode"))),
              candidates == null ? List.of() : candidates,
              offlineMaxAge(),
              timeout(),
              metrics(),
              flag("--new-identity"),
              Path.of(String.valueOf(text("--helper"))));
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
    var log =
        new LogOptions(String.valueOf(text("--log-level")), String.valueOf(text("--log-format")));
    var launch =
        new AgentLaunch(config, log, spec.commandLine().getOut(), spec.commandLine().getErr());
    String running = runningAgent(config, launch);
    if (running != null) {
      if (flag("--new-identity")) {
        throw Failure.failed(running + "; run first: adit down");
      }
      spec.commandLine().getOut().println(running);
      return 0;
    }
    return flag("--foreground") ? launch.runHere() : launch.startAndWait();
  }

  private long timeout() {
    String text = text("--timeout");
    return text == null ? 0 : Times.seconds(text);
  }

  private @Nullable Endpoint metrics() {
    String text = text("--metrics");
    try {
      return text == null ? null : Endpoint.parse(text);
    } catch (MalformedException e) {
      throw Failure.usage("--metrics " + text + ": expected for example 127.0.0.1:9586");
    }
  }

  private long offlineMaxAge() {
    String age = String.valueOf(text("--offline-max-age"));
    return age.equals("0") ? 0 : Times.seconds(age);
  }

  /// `already up as NAME (ADDRESS)` if the agent of this machine runs for the same coordinator,
  /// null if none runs.
  private @Nullable String runningAgent(AgentConfig config, AgentLaunch launch) {
    if (!LocalServer.isLive(config.socket())) {
      return null;
    }
    JsonObject status =
        new AgentClient(config.runFolder())
            .requestObject("GET", "/v1/status", "", Duration.ofSeconds(10));
    try {
      JsonObject coordinator = status.object("coordinator");
      if (!launch.isOf(coordinator.string("root"))) {
        throw Failure.failed(
            "already up with another coordinator, "
                + coordinator.string("url")
                + "; run first: adit down");
      }
      JsonObject self = status.object("self");
      if (self.string("name").isEmpty()) {
        throw Failure.failed(
            "an agent that has not joined yet runs here, for "
                + coordinator.string("url")
                + "; end it: adit down");
      }
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
    String argument = spec.positionalParameters().getFirst().getValue();
    if (argument != null) {
      if (!flag("--foreground")) {
        spec.commandLine()
            .getErr()
            .println(
                "adit: the list of processes shows the join key; --key-file FILE or ADIT_KEY hide it");
      }
      return argument;
    }
    Path keyFile = path("--key-file");
    if (keyFile != null) {
      try {
        if (Files.size(keyFile) > MAX_KEY_FILE) {
          throw Failure.usage(keyFile + " is too long for a join key");
        }
        return Files.readString(keyFile);
      } catch (NoSuchFileException e) {
        throw Failure.usage("no such file: " + keyFile);
      } catch (IOException e) {
        throw Failure.usage("cannot read " + keyFile + "; name a file that holds a join key");
      }
    }
    String key = text("--key");
    if ("-".equals(key)) {
      @SuppressWarnings("resource") // standard input is not ours to close
      InputStream in = System.in;
      return new String(in.readNBytes(MAX_KEY_FILE), StandardCharsets.UTF_8);
    }
    return key;
  }
}
