package dev.adit.systemtests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.Clock;
import dev.adit.systemtests.lab.LabScenario;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A region whose clients and nodes end in every way ([ChaosRun]). A short run with 300 clients is
/// part of every test run; `bin/chaos-relay` makes longer ones with 1,000, see its `--help`.
@Interop
class RelayChaosTest {
  private static final String SECONDS = "ADIT_CHAOS_SECONDS";
  private static final String CLIENTS = "ADIT_CHAOS_CLIENTS";
  private static final String SEED = "ADIT_CHAOS_SEED";

  /// Where Debian keeps `ip` and `nft`; `su` does not always bring it.
  private static final String PATHS = "export PATH=$PATH:/usr/sbin:/sbin; ";

  private static long number(String variable, long otherwise) {
    String text = System.getenv(variable);
    return text == null ? otherwise : Long.parseLong(text);
  }

  /// In namespaces of its own: its packet filter is nobody else's, and whatever it starts ends with
  /// it.
  @LabScenario("relay-chaos")
  void nothingIsLeftOfClientsThatEndedAtRandom() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"));
    command.addAll(List.of("sh", "-c", PATHS + "ip link set lo up && exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChaosRun.class.getName()));
    command.add(Long.toString(number(CLIENTS, 300)));
    command.add(Long.toString(number(SECONDS, 30)));
    command.add(Long.toString(number(SEED, Clock.SYSTEM.wall().getEpochSecond())));
    Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var lines = run.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(line);
      }
      assertThat(run.waitFor()).as("a line says SHORT, or why it ended").isZero();
    } finally {
      run.destroyForcibly();
    }
  }
}
