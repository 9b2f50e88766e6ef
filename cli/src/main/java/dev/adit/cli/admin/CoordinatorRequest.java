package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.output.OutputOption;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A command that asks the coordinator of this machine for something and prints the answer.
abstract class CoordinatorRequest implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin CoordinatorClient coordinator = new CoordinatorClient();
  @Mixin OutputOption output = new OutputOption();

  /// Asks, and gives the answer as JSON.
  abstract String answer() throws MalformedException;

  /// The answer for people.
  abstract String text(JsonObject answer) throws MalformedException;

  @Override
  public Integer call() throws MalformedException {
    output.print(spec.commandLine().getOut(), answer(), this::text);
    return Failure.DONE;
  }
}
