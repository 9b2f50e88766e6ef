package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The scenarios of [KernelRun], in its virtual machine. They take eight minutes.
class KernelScenariosTest {
  private static final String MACHINE =
      Path.of("..", "bin", "kernel-vm").toAbsolutePath().normalize().toString();
  private static final String LIMIT_SECONDS = "1500";

  @LabScenario({
    "kernel-chosen",
    "kernel-upgrade",
    "kernel-demotion",
    "kernel-endpoint-moved",
    "kernel-endpoint-set",
    "kernel-agent-killed",
    "kernel-link-deleted",
    "kernel-down",
    "kernel-mux",
    "kernel-devices"
  })
  void carriesOnTheKernelsWireGuardWhatItCarriesOnAnyOther() throws Exception {
    List<String> command = new ArrayList<>(List.of(MACHINE, "-t", LIMIT_SECONDS, "--"));
    command.addAll(List.of("env", "ADIT_BUILD=never"));
    List<String> java = SwarmProcess.java(KernelRun.class);
    command.add(java.getFirst());
    // A machine that is ten times slower: what waits has more patience, and code is made quickly.
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-Dadit.lab.slowness=12", "-Dadit.lab.kernel=true"));
    command.addAll(java.subList(1, java.size()));
    Process machine = new ProcessBuilder(command).redirectErrorStream(true).start();
    machine.getOutputStream().close();
    List<String> passed = new ArrayList<>();
    StringBuilder said = new StringBuilder();
    try (BufferedReader lines = machine.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println("  kernel: " + line);
        said.append(line).append('\n');
        if (line.startsWith("passed ")) {
          passed.add(line.substring("passed ".length()));
        }
      }
    } finally {
      World.end(machine);
    }
    assertThat(machine.exitValue()).as(said.toString()).isZero();
    assertThat(passed).containsExactly(scenarios());
  }

  private static String[] scenarios() throws NoSuchMethodException {
    Method test =
        KernelScenariosTest.class.getDeclaredMethod(
            "carriesOnTheKernelsWireGuardWhatItCarriesOnAnyOther");
    return test.getAnnotation(LabScenario.class).value();
  }
}
