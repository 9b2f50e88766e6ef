package dev.adit.cli.demo;

import dev.adit.cli.Failure;
import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.OwnNamespaces;
import dev.adit.cli.lab.Requirements;
import dev.adit.cli.output.OutputOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit demo`: the whole system on this machine.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    description = {
      "Shows the whole system on this one machine: server and two nodes behind NATs and firewalls of"
          + " many kinds, in network namespaces of their own, with real WireGuard.",
      "Prints what connected how. Needs root, or a kernel that lets ordinary users make namespaces;"
          + " removes everything it made. Exit code 1 if a row came out otherwise than expected."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final long REMOVAL_SECONDS = 20;

  @Spec CommandSpec spec;

  @Mixin OutputOption output = new OutputOption();

  @Option(
      names = "--rows",
      split = ",",
      paramLabel = "ROW",
      description = {
        "Only these rows, separated by commas: ${COMPLETION-CANDIDATES},",
        "or pairs of your choice, LEFT:RIGHT, of these sites:",
        "  direct    no NAT, no firewall",
        "  fw        firewall, no NAT",
        "  fullcone  NAT that lets in what comes to a port it has opened",
        "  addrcone  the same, from addresses written to",
        "  portcone  the same, from addresses and ports written to",
        "  sym       NAT that opens another port for every destination",
        "  udpblock  no UDP",
        "  same      right only: on the left site's LAN",
        "with IPv6 instead of IPv4: direct+v6, fw+v6, udpblock+v6, same+v6. A pair is expected to go"
            + " through the relay where one site blocks UDP, or one is sym and the other sym,"
            + " portcone or fw; all others are expected to meet directly."
      },
      completionCandidates = RowNames.class)
  List<String> rows = List.of();

  @Option(names = "--relay-only", description = "Nodes use the relay only; every row expects it.")
  boolean relayOnly;

  @Option(
      names = "--keep",
      description =
          "Leave it running and say how to look around; the next demo removes it. Without root it"
              + " runs until Ctrl-C.")
  boolean keep;

  @Option(names = "--remove", description = "Only remove what an earlier demo left.")
  boolean remove;

  /// Names of the rows, for help and completion.
  static final class RowNames extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    RowNames() {
      super(Row.ALL.stream().map(Row::name).toList());
    }
  }

  /// The row that runs now, for whoever ends us.
  private volatile @Nullable Lab current;

  private volatile boolean ending;

  /// Zero when no lab is being built or removed by the main thread any more.
  private final CountDownLatch settled = new CountDownLatch(1);

  @Override
  public Integer call() throws IOException {
    List<Row> chosen = chosen();
    String adit = launcher();
    Requirements.check("adit demo");
    if (!Requirements.isRoot()) {
      return OwnNamespaces.run(again(adit));
    }
    Report report = new Report(spec.commandLine().getOut(), output.format());
    List<String> left = Lab.removeLeftovers();
    if (!left.isEmpty()) {
      report.note("removed what an earlier demo left: " + String.join(", ", left));
    }
    if (remove) {
      return Failure.DONE;
    }
    Thread cleaner = new Thread(this::interrupted, "demo-cleaner");
    Runtime.getRuntime().addShutdownHook(cleaner);
    int passed = 0;
    try {
      for (Row row : chosen) {
        passed += !ending && run(row, adit, report) ? 1 : 0;
      }
    } finally {
      settled.countDown();
      if (ending) {
        awaitEnd();
      }
    }
    report.happened(new Event.Ended(chosen.size(), passed));
    if (keep && OwnNamespaces.wayIn() != null) {
      report.note("it runs until you end this command with Ctrl-C");
      awaitEnd();
    }
    return passed == chosen.size() ? Failure.DONE : Failure.FAILED;
  }

  /// This very command.
  private List<String> again(String adit) {
    List<String> words = new ArrayList<>(List.of(adit));
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return words;
  }

  private boolean run(Row row, String adit, Report report) throws IOException {
    try (Lab lab = lab(row)) {
      current = lab;
      if (ending) {
        return false;
      }
      report.happened(new Event.RowBegun(row, lab));
      List<String> agentOptions = relayOnly ? List.of("--relay-only") : List.of();
      Event.RowEnded ended = new RowRun(row, lab, agentOptions, adit, report).run();
      if (ending) {
        return false;
      }
      report.happened(ended);
      if (keep) {
        lab.keep();
        report.note(LookAround.text(lab, adit));
      }
      return ended.reason() == null;
    } finally {
      current = null;
    }
  }

  private static Lab lab(Row row) {
    try {
      return Lab.up(row.left(), row.right());
    } catch (IOException e) {
      throw Failure.failed("cannot build the lab for row " + row.name() + ": " + e.getMessage());
    }
  }

  /// Ctrl-C, or a signal to end: the lab goes, then we do. A lab that was only being built is
  /// removed by the thread that builds it.
  private void interrupted() {
    ending = true;
    Lab lab = current;
    if (lab != null) {
      lab.close();
    }
    try {
      boolean _ = settled.await(REMOVAL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The process ends when [#interrupted] returns, by the signal; our exit code must not come
  /// first.
  private static void awaitEnd() {
    while (true) {
      LockSupport.park();
    }
  }

  private List<Row> chosen() {
    Set<Row> chosen = new LinkedHashSet<>();
    for (String text : rows) {
      chosen.add(Row.of(text));
    }
    List<Row> result = new ArrayList<>();
    for (Row row : chosen.isEmpty() ? Row.ALL : chosen) {
      result.add(relayOnly ? row.throughRelay() : row);
    }
    return result;
  }

  private static String launcher() {
    String home = System.getProperty("adit.home");
    Path script = home == null ? null : Path.of(home, "adit");
    if (script == null || !Files.isExecutable(script)) {
      throw Failure.failed("cannot find the script adit; run the demo as ./adit demo");
    }
    return script.toString();
  }
}
