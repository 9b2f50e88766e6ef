package dev.adit.cli;

import dev.adit.cli.config.Settings;
import dev.adit.cli.node.AgentProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The one executable: `adit VERB …`.
public final class Adit {
  private Adit() {}

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
    CommandLine line = new CommandLine(spec());
    try {
      addVerbs(line, arguments);
      return line.execute(arguments);
    } catch (Failure wrongSettings) {
      Errors.print(line, wrongSettings.line());
      return wrongSettings.status();
    }
  }

  /// As code, because reading annotations takes a Java machine that has just started 100 ms.
  private static CommandSpec spec() {
    Runnable noVerb =
        () -> {
          throw Failure.usage("no verb given; see adit --help");
        };
    CommandSpec spec = CommandSpec.wrapWithoutInspection(noVerb);
    spec.name("adit").versionProvider(new Version());
    spec.usageMessage()
        .synopsisSubcommandLabel("VERB")
        .description("Connects WireGuard devices to each other, wherever they are.%n")
        .commandListHeading("%nVerbs:%n")
        .footer("%n`adit VERB --help` explains a verb.");
    addStandardOptions(spec);
    return spec;
  }

  /// `--help` and `--version`, in the words of picocli's own mixin, which is annotated.
  public static void addStandardOptions(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .type(boolean.class)
            .description("Show this help message and exit.")
            .build());
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .type(boolean.class)
            .description("Print version information and exit.")
            .build());
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
    // or `adit relay --log-level debug` would end in the subcommand of that name
    line.setAllowSubcommandsAsOptionParameters(true);
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
          if (failure instanceof FileSystemException file) {
            print(line, Failure.of(file).line());
            return Failure.FAILED;
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
