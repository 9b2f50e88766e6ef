package dev.adit.cli.server;

import dev.adit.agent.AgentConfig;
import dev.adit.agent.Helper;
import dev.adit.agent.HelperConfig;
import dev.adit.cli.Failure;
import dev.adit.cli.launch.LogOptions;
import dev.adit.cli.metrics.ProcessReadings;
import dev.adit.cli.metrics.PrometheusPage;
import dev.adit.net.linux.SystemChecks;
import dev.adit.net.local.MetricsServer;
import dev.adit.net.metrics.MetricsHandler;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit helper`: what needs rights, for agents that have none.
@Command(
    name = "helper",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    description = {
      "Runs the privileged helper: it has the WireGuard interface and the raw sockets of agents that"
          + " users without privileges run.",
      "Needs root, or CAP_NET_ADMIN and CAP_NET_RAW. Say whom it serves: --allow-user."
    })
public final class HelperCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Option(
      names = "--allow-user",
      split = ",",
      paramLabel = "USER",
      description = "Serve agents of this user, by name or number; repeatable. Nobody else is.")
  List<String> users = List.of();

  @Option(
      names = "--interface",
      split = ",",
      paramLabel = "NAME",
      description = "An interface that it may make and change; repeatable; default adit0.")
  List<String> interfaces = List.of(AgentConfig.INTERFACE);

  @Option(
      names = "--socket",
      paramLabel = "SOCKET",
      description = "Where it listens; default /run/adit/helper.sock.")
  Path socket = AgentConfig.HELPER_SOCKET;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Folder for the words of a wireguard-go; default /run/adit.")
  Path runDir = AgentConfig.RUN_FOLDER;

  @Option(
      names = "--wireguard-go",
      paramLabel = "FILE",
      description = "The wireguard-go to start; default the newest found.")
  @Nullable Path wireGuardGo;

  @Option(
      names = "--metrics",
      paramLabel = "ADDR:PORT",
      description = "TCP address for GET /metrics, such as 127.0.0.1:9587; default none.")
  @Nullable String metrics;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace; default info.")
  String logLevel = LogOptions.LEVEL;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "text, or json: one object a line; default text.")
  String logFormat = LogOptions.FORMAT;

  @Override
  public Integer call() {
    HelperConfig config = config();
    new LogOptions(logLevel, logFormat).apply();
    List<String> problems = SystemChecks.problems(wireGuardGo);
    if (!problems.isEmpty()) {
      throw Failure.failed(problems.getFirst());
    }
    try (OpenedParts opened = new OpenedParts()) {
      start(opened, config);
      PrintWriter out = spec.commandLine().getOut();
      out.println("helping on " + socket);
      out.flush();
      opened.untilSignal();
    }
    return Failure.DONE;
  }

  private static void start(OpenedParts opened, HelperConfig config) {
    try {
      Helper helper = opened.add(Helper.start(config));
      Endpoint listen = config.metrics();
      if (listen != null) {
        var page =
            new MetricsHandler(
                List.of(helper::read, new ProcessReadings("helper")), PrometheusPage::of);
        MetricsServer _ = opened.add(MetricsServer.start(listen, page));
      }
    } catch (IOException e) {
      opened.close();
      throw Failure.of(e);
    }
  }

  private HelperConfig config() {
    try {
      Endpoint listen = metrics == null ? null : Endpoint.parse(metrics);
      return new HelperConfig(socket, users, interfaces, wireGuardGo, runDir, listen);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    } catch (MalformedException e) {
      throw Failure.usage("--metrics " + metrics + ": expected for example 127.0.0.1:9587");
    }
  }
}
