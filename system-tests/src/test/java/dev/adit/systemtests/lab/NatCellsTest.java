package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Lab;
import dev.adit.net.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each pair of sites of `nat-cells.txt`, once: does it reach the path that it must, in time?
///
///     l ── lgw ──┐            ┌── rgw ── r
///                ├── inet ────┤
///                └──── srv ───┘          relay and coordinator
///
/// Two labs run at once, and a third while it only watches; the tests take their results in order.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NatCellsTest {
  private static final int LABS = 2;
  private static final Duration WATCH = Duration.ofSeconds(3);
  private static final Path LIST = Path.of("nat-cells.txt");

  private final Semaphore processors = new Semaphore(LABS);
  private final Map<String, CompletableFuture<CellRun.Result>> results = new LinkedHashMap<>();

  private static List<String> listed() throws IOException {
    return Files.readAllLines(LIST).stream()
        .map(line -> line.split("#", 2)[0].strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  static Stream<String> cells() throws IOException {
    return listed().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  @ExtendWith(LabCondition.class)
  void reachesThePathThatItMust(String name) throws IOException {
    if (results.isEmpty()) {
      startAll();
    }
    CellRun.Result result = Objects.requireNonNull(results.get(name)).join();
    System.out.printf(
        "%-32s %s first ping %d ms, direct %d ms%n",
        name, NatCells.of(name).expected(), result.usable(), result.direct());
    assertThat(result.fault()).as(name).isEmpty();
  }

  private void startAll() throws IOException {
    ExecutorService labs = Executors.newFixedThreadPool(LABS + 1);
    long begun = Clock.SYSTEM.nanos();
    for (String name : listed()) {
      Cell cell = NatCells.of(name);
      results.put(name, CompletableFuture.supplyAsync(() -> run(cell), labs));
    }
    var _ =
        CompletableFuture.allOf(results.values().toArray(CompletableFuture[]::new))
            .thenRun(() ->
                System.out.printf(
                    "%d cells in %d s%n",
                    results.size(), (Clock.SYSTEM.nanos() - begun) / 1_000_000_000));
    labs.shutdown();
  }

  private CellRun.Result run(Cell cell) {
    processors.acquireUninterruptibly();
    try (CellRun run = CellRun.start(cell, processors)) {
      return run.once(WATCH);
    } catch (IOException | RuntimeException | AssertionError e) {
      return CellRun.Result.failed(String.valueOf(e.getMessage()));
    } finally {
      processors.release();
    }
  }

  /// Whoever adds a type to the lab says here what nodes there reach.
  @Test
  void namesEveryTypeOfTheLab() throws IOException {
    String tried =
        listed().stream()
            .flatMap(name -> Stream.of(name.split(":")))
            .map(site -> site.split("\\+")[0])
            .collect(Collectors.toCollection(TreeSet::new))
            .toString();
    assertThat(tried).isEqualTo(new TreeSet<>(typesOfTheLab()).toString());
  }

  @Test
  void namesOnlyCellsWhosePathIsKnown() throws IOException {
    assertThat(listed()).doesNotHaveDuplicates().allSatisfy(name -> NatCells.of(name));
  }

  private static List<String> typesOfTheLab() throws IOException {
    try (InputStream script = Lab.class.getResourceAsStream("natlab.sh")) {
      assertThat(script).isNotNull();
      return new String(script.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .dropWhile(line -> !line.equals("types"))
          .skip(1)
          .takeWhile(line -> !line.isEmpty())
          .filter(line -> line.matches(" {2}\\S.*"))
          .map(line -> line.strip().split(" ")[0])
          .toList();
    }
  }
}
