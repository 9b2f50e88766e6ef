package dev.adit.cli.metrics;

import dev.adit.cli.Failure;
import dev.adit.cli.local.LocalProgram;
import dev.adit.net.metrics.MetricsHandler;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit metrics`: what a program on this machine counts, as Prometheus reads it.
@Command(
    name = "metrics",
    mixinStandardHelpOptions = true,
    description = {
      "Prints what the agent of this machine counts, or what a server here counts, in the text format of",
      "Prometheus. No key, name or address is in it. docs/metrics.md lists them all; --metrics ADDR:PORT",
      "of adit up, serve and relay lets a Prometheus read them over TCP."
    })
public final class MetricsCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @Option(names = "--coordinator", description = "Of adit serve, with the relay in it.")
  boolean coordinator;

  @Option(names = "--relay", description = "Of adit relay.")
  boolean relay;

  @Option(
      names = "--run-dir",
      paramLabel = "FOLDER",
      defaultValue = "/run/adit",
      description = "Folder of the local socket (default: ${DEFAULT-VALUE}).")
  Path runDir = Path.of("/run/adit");

  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    if (coordinator && relay) {
      throw Failure.usage("--coordinator or --relay, not both");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (coordinator) {
      out.print(page("coordinator", "start one: adit serve"));
    } else if (relay) {
      out.print(page("relay", "that of adit serve is in adit metrics --coordinator"));
    } else {
      out.print(page("agent", "start it: adit up KEY"));
    }
    out.flush();
    return Failure.DONE;
  }

  private String page(String program, String otherwise) {
    var answer =
        new LocalProgram(program, runDir.resolve(program + ".sock"), otherwise)
            .request("GET", MetricsHandler.PATH, "", PATIENCE);
    if (answer.status() != 200) {
      throw Failure.failed(
          "the " + program + " that runs here has no metrics; start it anew with this version");
    }
    return answer.text();
  }
}
