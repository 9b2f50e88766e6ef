package dev.adit.systemtests.lab;

import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import dev.adit.systemtests.lab.MatrixResults.Line;
import dev.adit.systemtests.lab.MatrixResults.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/// `bench/matrix`: measures cells, several labs at once, keeps what it found and writes
/// `docs/nat-matrix.md`.
final class Matrix {
  private static final int LABS_BY_JOB = 4;
  private static final Path PAGE = Path.of("..", "docs", "nat-matrix.md");

  private final MatrixOptions options;
  private final MatrixResults results;
  private final PrintStream out;
  private final Semaphore processors;
  private boolean isShort;

  private Matrix(MatrixOptions options, MatrixResults results, PrintStream out) {
    this.options = options;
    this.results = results;
    this.out = out;
    this.processors = new Semaphore(options.jobs());
  }

  /// @return 0 if every figure is as it must be, 1 if not, 2 if the arguments were wrong
  static int run(List<String> arguments, PrintStream out) throws IOException, InterruptedException {
    MatrixOptions options;
    try {
      options = MatrixOptions.parse(arguments, cache().resolve("adit").resolve("nat-matrix"));
    } catch (IllegalArgumentException e) {
      out.println("matrix: " + e.getMessage());
      return 2;
    }
    if (options.list()) {
      options.cells().forEach(cell -> out.println(cell.expected() + " " + cell));
      return 0;
    }
    var results = MatrixResults.open(options.folder(), commit());
    var matrix = new Matrix(options, results, out);
    if (!options.pageOnly()) {
      matrix.measure();
    }
    Files.writeString(PAGE, MatrixPage.of(results));
    out.println("written: docs/nat-matrix.md, of commit " + results.commit());
    return matrix.isShort ? 1 : 0;
  }

  private static Path cache() {
    String set = System.getenv("XDG_CACHE_HOME");
    return set == null || set.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache")
        : Path.of(set);
  }

  /// The last commit that changed more than documents: this page is one, too.
  private static String commit() throws IOException {
    String commit = git("log", "-1", "--abbrev=9", "--format=%h");
    return git("status", "--porcelain").isEmpty() ? commit : commit + "-dirty";
  }

  private static String git(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("git", "-C", ".."));
    command.addAll(List.of(words));
    command.addAll(List.of("--", ".", ":!docs", ":!*.md"));
    return Outcome.mustSucceed(command).strip();
  }

  private void measure() throws IOException, InterruptedException {
    var _ = Lab.removeLeftovers(); // of a run that was killed
    if (options.again()) {
      List<String> chosen = options.cells().stream().map(Cell::name).toList();
      results.forget(line -> chosen.contains(line.cell()) && tables().contains(line.table()));
    }
    List<Future<?>> jobs = new ArrayList<>();
    // A relayed pair that is only watched leaves its processor to others.
    try (ExecutorService labs = Executors.newFixedThreadPool(LABS_BY_JOB * options.jobs())) {
      for (Table table : options.tables()) {
        for (Cell cell : options.cells()) {
          jobs.add(
              labs.submit(() -> {
                processors.acquire();
                try {
                  measure(table, cell);
                } finally {
                  processors.release();
                }
                return null;
              }));
        }
      }
    }
    for (Future<?> job : jobs) {
      try {
        var _ = job.get();
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
    }
  }

  /// A pair is measured both ways by the same two nodes.
  private static Set<Table> both(Table table) {
    return table == Table.DIRECT ? EnumSet.of(table, Table.RELAYED) : EnumSet.of(table);
  }

  private Set<Table> tables() {
    return options.tables().stream()
        .flatMap(table -> both(table).stream())
        .collect(Collectors.toSet());
  }

  private void measure(Table table, Cell cell) throws IOException {
    int wanted =
        switch (table) {
          case ADIT -> options.runs(cell);
          case WIREGUARD -> 1;
          case DIRECT, RELAYED -> cell.expected().isDirect() ? 1 : 0;
        };
    for (Table kept : both(table)) {
      results.of(kept, cell.name()).forEach(line -> say(cell, line, " (kept)"));
    }
    int missing = wanted - results.of(table, cell.name()).size();
    if (missing <= 0) {
      return;
    }
    try {
      if (table == Table.WIREGUARD) {
        long connected = WireGuardAlone.connect(cell);
        keep(cell, new Line(table, cell.name(), connected, 0, 0, load(), ""));
        return;
      }
      try (CellRun run = CellRun.start(cell, processors)) {
        if (table == Table.DIRECT) {
          compare(cell, run);
        } else {
          for (int i = 0; i < missing; i++) {
            keep(cell, once(cell, run));
          }
        }
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      String fault = "could not be measured: " + e.getMessage();
      keep(cell, new Line(table, cell.name(), -1, -1, -1, load(), fault));
    }
  }

  private Line once(Cell cell, CellRun run) throws IOException {
    CellRun.Result result = run.once(options.watch());
    return new Line(
        Table.ADIT,
        cell.name(),
        result.usable(),
        cell.expected().isDirect() ? result.direct() : options.watch().toMillis(),
        result.silence(),
        load(),
        result.fault());
  }

  private void compare(Cell cell, CellRun run) throws IOException {
    DirectOrRelayed.Figures direct = DirectOrRelayed.direct(run);
    keep(cell, line(Table.DIRECT, cell, direct));
    keep(cell, line(Table.RELAYED, cell, DirectOrRelayed.relayed(run)));
  }

  private static Line line(Table table, Cell cell, DirectOrRelayed.Figures figures)
      throws IOException {
    return new Line(table, cell.name(), figures.rttMicros(), figures.megabits(), 0, load(), "");
  }

  private void keep(Cell cell, Line line) throws IOException {
    results.add(line);
    say(cell, line, "");
  }

  private synchronized void say(Cell cell, Line line, String more) {
    isShort |= !line.isGood();
    String figures =
        switch (line.table()) {
          case ADIT ->
              "first ping "
                  + line.first()
                  + " ms, "
                  + (cell.expected().isDirect()
                      ? "direct " + line.second() + " ms"
                      : "longest silence " + line.third() + " ms");
          case WIREGUARD ->
              "WireGuard alone: " + (line.first() < 0 ? "no path" : line.first() + " ms");
          case DIRECT, RELAYED ->
              String.format(
                  Locale.ROOT,
                  "%s: round trip %.2f ms, %d Mbit/s",
                  line.table().toString().toLowerCase(Locale.ROOT),
                  line.first() / 1000.0,
                  line.second());
        };
    out.printf(
        Locale.ROOT,
        "%-34s %s %s; load %.1f; %s%s%n",
        cell,
        cell.expected(),
        figures,
        line.load(),
        line.isGood() ? "ok" : "SHORT: " + line.fault(),
        more);
    out.flush();
  }

  private static double load() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
  }
}
