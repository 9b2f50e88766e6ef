package dev.adit.cli.node;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `adit down`: ends the agent; its interface disappears, keys and map stay.
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description =
        "Ends the agent of this machine. Its interface disappears; `adit up` brings it back.")
public final class DownCommand implements Callable<Integer> {
  @Mixin NodeOptions node = new NodeOptions();
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    node.agent().requestObject("POST", "/v1/down", "{}", Duration.ofSeconds(15));
    spec.commandLine().getOut().println("down");
    return 0;
  }
}
