package dev.adit.cli.node;

import dev.adit.cli.Failure;
import dev.adit.cli.output.WaitingLine;
import dev.adit.net.Clock;
import dev.adit.net.local.LocalServer;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `adit down`: ends the agent and waits until it has; its interface disappears, keys and map stay.
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description =
        "Ends the agent of this machine. Its interface disappears; `adit up` brings it back.")
public final class DownCommand implements Callable<Integer> {
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  private static final long STEP_NANOS = 5_000_000;

  @Mixin NodeOptions node = new NodeOptions();
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    node.agent().requestObject("POST", "/v1/down", "{}", Duration.ofSeconds(15));
    long end = Clock.SYSTEM.nanos() + PATIENCE_NANOS;
    try (var _ = WaitingLine.soon("waiting for the agent to end")) {
      while (LocalServer.isLive(node.agent().socket())) {
        if (Clock.SYSTEM.nanos() > end) {
          throw Failure.failed("the agent is still ending after 10 s; its log says why");
        }
        LockSupport.parkNanos(STEP_NANOS);
      }
    }
    spec.commandLine().getOut().println("down");
    return 0;
  }
}
