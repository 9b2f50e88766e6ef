package dev.adit.cli.node;

import dev.adit.cli.Failure;
import picocli.CommandLine.Command;

/// `adit debug bundle`
@Command(
    name = "debug",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    subcommands = BundleCommand.class,
    description = "Gathers what somebody needs who shall find out what is wrong here.")
public final class DebugCommand implements Runnable {
  @Override
  public void run() {
    throw Failure.usage("say what to do: bundle; see adit debug --help");
  }
}
