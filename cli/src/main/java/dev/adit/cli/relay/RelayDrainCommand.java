package dev.adit.cli.relay;

import dev.adit.cli.Failure;
import dev.adit.cli.output.OutputOption;
import dev.adit.relay.admin.RelayConsole;
import dev.adit.wire.MalformedException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `adit relay drain`: sends the clients away, then ends the relay.
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = {
      "Asks every client of the relay of this machine to connect anew within two seconds, each at a moment",
      "of its own, then ends the relay: what SIGTERM does. For root and the relay's own user."
    })
public final class RelayDrainCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin RelaySocket relay = new RelaySocket();
  @Mixin OutputOption output = new OutputOption();

  @Override
  public Integer call() throws MalformedException {
    output.print(
        spec.commandLine().getOut(),
        relay.post(RelayConsole.DRAIN, "{}"),
        answer -> answer.integer("clients") + " clients are asked to connect anew\n");
    return Failure.DONE;
  }
}
