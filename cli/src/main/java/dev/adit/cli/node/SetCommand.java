package dev.adit.cli.node;

import dev.adit.cli.output.OutputOption;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit set --operator USER`: who besides root may do everything with the agent.
@Command(
    name = "set",
    mixinStandardHelpOptions = true,
    description = "Changes a setting of the running agent; it outlives restarts.")
public final class SetCommand implements Callable<Integer> {
  @Mixin NodeOptions node = new NodeOptions();
  @Mixin OutputOption output = new OutputOption();
  @Spec CommandSpec spec;

  @Option(
      names = "--operator",
      paramLabel = "USER",
      required = true,
      description = {
        "The user who may end the agent and see where peers are, without being root.",
        "'' for nobody."
      })
  String operator = "";

  @Override
  public Integer call() throws MalformedException {
    String wish =
        new JsonWriter().beginObject().member("operator", operator).endObject().toString();
    String answer = node.agent().request("POST", "/v1/set", wish, Duration.ofSeconds(10));
    output.print(
        spec.commandLine().getOut(),
        answer,
        set ->
            set.string("operator").isEmpty()
                ? "no operator\n"
                : "operator " + set.string("operator") + "\n");
    return 0;
  }
}
