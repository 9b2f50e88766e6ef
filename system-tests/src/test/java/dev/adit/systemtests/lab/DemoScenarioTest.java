package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// `adit demo` as a user runs it.
class DemoScenarioTest {
  @LabScenario({
    "demo-direct-port",
    "demo-port-port",
    "demo-full-sym",
    "demo-port-sym",
    "demo-sym-sym",
    "demo-udpblock-direct",
    "demo-fw6-fw6",
    "demo-same-lan"
  })
  void everyRowOfTheDemoIsAsExpected() throws IOException, InterruptedException {
    Path adit = Path.of("..", "adit").toAbsolutePath().normalize();
    Process demo =
        new ProcessBuilder(List.of(adit.toString(), "demo")).redirectErrorStream(true).start();
    demo.getOutputStream().close();
    String printed = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = demo.waitFor();
    System.out.println(printed);
    assertThat(status).as(printed).isZero();
    assertThat(printed).contains("8 of 8 rows as expected");
  }
}
