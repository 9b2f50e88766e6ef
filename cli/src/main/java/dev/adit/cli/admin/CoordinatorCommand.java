package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `adit coordinator identity …`: who the coordinator is, and its keys; `adit coordinator relay …`:
/// its relays.
@Command(
    name = "coordinator",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    subcommands = {CoordinatorCommand.OfIdentity.class, CoordinatorRelayCommand.class},
    description = "Looks after the coordinator of this machine.")
public final class CoordinatorCommand implements Runnable {
  private static final int MOST = 16;

  @Override
  public void run() {
    throw Failure.usage("say what to do: identity or relay; see adit coordinator --help");
  }

  /// `adit coordinator identity`
  @Command(
      name = "identity",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      subcommands = {Show.class, Renew.class, Replace.class, DropFormer.class},
      description = {
        "Shows and renews the coordinator's identity document, and replaces its keys.",
        "Agents come back for the new document within seconds; no tunnel is interrupted."
      })
  static final class OfIdentity implements Runnable {
    @Override
    public void run() {
      throw Failure.usage(
          "say what to do: show, renew, replace or drop-former; see adit coordinator identity"
              + " --help");
    }
  }

  /// What the four have in common.
  abstract static class OnIdentity extends CoordinatorRequest {
    @Override
    String text(JsonObject identity) throws MalformedException {
      var text = new StringBuilder();
      text.append("coordinator   ").append(identity.string("coordinator")).append('\n');
      text.append("document      ").append(identity.integer("serial"));
      text.append(", signed ").append(Times.text(identity.integer("issuedAt")));
      text.append(", ends ").append(Times.text(identity.integer("notAfter"))).append('\n');
      text.append("root key      ").append(identity.string("root")).append('\n');
      lines(text, "channel keys", identity.strings("channelKeys", MOST));
      lines(text, "record keys", identity.strings("recordKeys", MOST));
      lines(text, "URLs", identity.strings("urls", MOST));
      return text.toString();
    }
  }

  /// `adit coordinator identity show`
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows what the identity document says.")
  static final class Show extends OnIdentity {
    @Override
    String answer() {
      return coordinator.get("/identity");
    }
  }

  /// `adit coordinator identity renew`
  @Command(
      name = "renew",
      mixinStandardHelpOptions = true,
      description = {
        "Signs a new identity document, good for 400 days.",
        "The coordinator does so by itself at half of that time, if root.key is in its state"
            + " folder."
      })
  static final class Renew extends OnIdentity {
    @Override
    String answer() {
      return coordinator.post("/identity/renew", "{}");
    }
  }

  /// `adit coordinator identity replace channel|record`
  @Command(
      name = "replace",
      mixinStandardHelpOptions = true,
      description = {
        "Puts a new key in force: channel (of the agents' streams) or record (signs records).",
        "The replaced channel key counts for 30 more days, a record key for 7."
      })
  static final class Replace extends OnIdentity {
    /// As the API names them.
    enum Key {
      channel,
      record
    }

    @Parameters(paramLabel = "KEY", description = "${COMPLETION-CANDIDATES}")
    Key key = Key.channel;

    @Override
    String answer() {
      String wish = new JsonWriter().beginObject().member("key", key.name()).endObject().toString();
      return coordinator.post("/identity/replace", wish);
    }
  }

  /// `adit coordinator identity drop-former`
  @Command(
      name = "drop-former",
      mixinStandardHelpOptions = true,
      description = "Ends the time of replaced keys at once: after a theft.")
  static final class DropFormer extends OnIdentity {
    @Override
    String answer() {
      return coordinator.post("/identity/drop-former", "{}");
    }
  }

  private static void lines(StringBuilder text, String name, List<String> values) {
    String label = name;
    for (String value : values) {
      text.append(String.format("%-14s", label)).append(value).append('\n');
      label = "";
    }
  }
}
