package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every line of `docs/errors.md` comes true, word for word, and nothing is left behind.
class ErrorsTest {
  @Test
  void everyRowHasItsCaseAndEveryCaseItsRow() throws IOException {
    Stream<String> tried =
        Stream.of(
                UpErrors.KEYS,
                UpErrors.MACHINE,
                UpErrors.JOINED,
                UpErrors.WITHOUT_SERVER,
                OtherErrors.NODE,
                OtherErrors.HELPER,
                OtherErrors.SERVE,
                OtherErrors.ADMINISTRATION,
                DemoErrors.ALL)
            .flatMap(List::stream)
            .map(ErrorCase::situation);
    Stream<String> said = BadBytes.ALL.stream().map(BadBytes.Case::situation);
    assertThat(Stream.concat(tried, said))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(ErrorTable.read().situations());
  }

  @LabScenario("errors-join-keys")
  void joinKeys() throws IOException {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      ErrorCase.tryAll(UpErrors.KEYS, world);
    }
  }

  @LabScenario("errors-up")
  void up() throws IOException {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      ErrorCase.tryAll(UpErrors.MACHINE, world);
      ErrorCase.tryAll(OtherErrors.HELPER, world);
      ErrorCase.tryAll(OtherErrors.ADMINISTRATION, world);
      ErrorCase.tryAll(UpErrors.JOINED, world);
      ErrorCase.tryAll(OtherErrors.NODE, world);
    }
  }

  @LabScenario("errors-without-server")
  void withoutServer() throws IOException {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      ErrorCase.tryAll(UpErrors.WITHOUT_SERVER, world);
    }
  }

  @LabScenario("errors-serve")
  void serveAndRelay() throws IOException {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      ErrorCase.tryAll(OtherErrors.SERVE, world);
    }
  }

  @LabScenario("errors-demo")
  void demo() throws IOException {
    try (World world = World.empty("direct+v4", "direct+v4")) {
      ErrorCase.tryAll(DemoErrors.ALL, world);
    }
  }
}
