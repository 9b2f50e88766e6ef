package dev.adit.cli.relay;

import dev.adit.cli.Failure;
import dev.adit.cli.output.OutputOption;
import dev.adit.relay.admin.RelayConsole;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `adit relay close KEY`: ends a client's connections.
@Command(
    name = "close",
    mixinStandardHelpOptions = true,
    description = {
      "Ends every connection that a client has to the relay of this machine, and has the other relays of"
          + " its region do the same. It may come again, unless it is not admitted any more. For root and"
          + " the relay's own user."
    })
public final class RelayCloseCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin RelaySocket relay = new RelaySocket();
  @Mixin OutputOption output = new OutputOption();

  @Parameters(
      paramLabel = "KEY",
      description = "The client's WireGuard public key, or nodekey: and 64 hex digits.")
  String key = "";

  @Override
  public Integer call() throws MalformedException {
    String wish = new JsonWriter().beginObject().member("key", key).endObject().toString();
    output.print(
        spec.commandLine().getOut(), relay.post(RelayConsole.CLOSE, wish), RelayCloseCommand::text);
    return Failure.DONE;
  }

  private static String text(JsonObject answer) throws MalformedException {
    long asked = answer.integer("relaysAsked");
    return answer.integer("ended")
        + " connections ended"
        + (asked == 0 ? "" : " here; asked of " + asked + " more relays of the region")
        + "\n";
  }
}
