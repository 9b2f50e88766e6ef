package dev.adit.cli.relay;

import dev.adit.cli.Failure;
import dev.adit.relay.admin.DebugPages;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `adit relay debug`: a page that derper would show below `/debug/`.
@Command(
    name = "debug",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a page of the relay's insides: vars and varz (counts by derper's names), check, traffic,",
      "gc, threads, heap; without a name the list of them. For root and the relay's own user."
    })
public final class RelayDebugCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin RelaySocket relay = new RelaySocket();

  @Parameters(
      paramLabel = "PAGE",
      arity = "0..1",
      defaultValue = "",
      description = "Name of the page; none for the list of them.")
  String page = "";

  @Option(names = "--watch", description = "Again and again, until interrupted.")
  boolean watch;

  @Override
  public Integer call() {
    if (!page.matches("[a-z]*")) {
      throw Failure.usage("page '" + page + "': expected one word, such as varz");
    }
    PrintWriter out = spec.commandLine().getOut();
    do {
      String text = relay.get(DebugPages.PATH + page);
      out.print(text);
      out.print(text.endsWith("\n") ? "" : "\n");
      out.flush();
    } while (watch && !out.checkError());
    return Failure.DONE;
  }
}
