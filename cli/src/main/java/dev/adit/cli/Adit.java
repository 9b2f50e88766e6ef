package dev.adit.cli;

import dev.adit.cli.config.Settings;
import dev.adit.cli.node.AgentProcess;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The one executable: `adit VERB …`.
@Command(
    name = "adit",
    synopsisSubcommandLabel = "VERB",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    description = "Connects WireGuard devices to each other, wherever they are.%n",
    commandListHeading = "%nVerbs:%n",
    footer = "%n`adit VERB --help` explains a verb.")
public final class Adit implements Runnable {
  @Spec CommandSpec spec;

  Adit() {}

  public static void main(String[] arguments) throws IOException {
    AgentProcess.startEarly(arguments);
    int status = run(arguments);
    System.out.flush();
    System.err.flush();
    // Not System.exit: it first looks for a logger that might want to know, which takes 10 ms. What
    // has to be tidied up is tidied up by the command that made it.
    Runtime.getRuntime().halt(status);
  }

  /// Carries out one command line and answers its exit code.
  public static int run(String... arguments) {
    CommandLine line = new CommandLine(new Adit());
    try {
      addVerbs(line, arguments);
      return line.execute(arguments);
    } catch (Failure wrongSettings) {
      Errors.print(line, wrongSettings.line());
      return wrongSettings.status();
    }
  }

  @Override
  public void run() {
    throw Failure.usage("no verb given; see adit --help");
  }

  /// Adds the named verb only, or all of them where the first word names none.
  private static void addVerbs(CommandLine line, String... arguments) {
    Object named = arguments.length > 0 ? Verbs.command(arguments[0]) : null;
    if (named != null) {
      line.addSubcommand(arguments[0], named);
    } else {
      for (String verb : Verbs.NAMES) {
        line.addSubcommand(verb, Verbs.command(verb));
      }
    }
    line.setExecutionExceptionHandler(Errors.EXECUTION);
    line.setParameterExceptionHandler(Errors.PARAMETERS);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(100);
    Settings.install(line);
  }

  /// Turns whatever ends a command into one line and an exit code.
  private static final class Errors {
    static final IExecutionExceptionHandler EXECUTION =
        (failure, line, parsed) -> {
          if (failure instanceof Failure expected) {
            print(line, expected.line());
            return expected.status();
          }
          print(
              line, "internal error: " + failure + "; please report it (ADIT_DEBUG=1 shows where)");
          if (System.getenv("ADIT_DEBUG") != null) {
            failure.printStackTrace(line.getErr());
          }
          return Failure.FAILED;
        };

    static final IParameterExceptionHandler PARAMETERS =
        (wrong, arguments) -> {
          CommandLine line = wrong.getCommandLine();
          String name = line.getCommandSpec().qualifiedName();
          String message = firstLine(wrong.getMessage());
          if (wrong.getCause() instanceof Failure expected) {
            message = expected.line();
          } else if (wrong instanceof UnmatchedArgumentException unmatched
              && line.getParent() == null
              && !unmatched.getUnmatched().isEmpty()) {
            message = "unknown verb '" + unmatched.getUnmatched().get(0) + "'";
          }
          print(line, message + "; see " + name + " --help");
          return Failure.USAGE;
        };

    private static String firstLine(@Nullable String text) {
      String all = String.valueOf(text);
      int end = all.indexOf('\n');
      return end < 0 ? all : all.substring(0, end);
    }

    private static void print(CommandLine line, String message) {
      PrintWriter err = line.getErr();
      err.println("adit: " + message);
      err.flush();
    }
  }
}
