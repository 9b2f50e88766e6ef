package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ListAssert;

/// The comparison that all error scenarios trust: it finds whatever was left behind.
class BelongingsTest {
  @LabScenario("belongings-finds-what-was-left")
  void findsWhatWasLeft() throws Exception {
    try (Lab lab = Lab.up("direct+v4", "direct+v4")) {
      String inside = lab.namespace("l");
      Belongings before = Belongings.of(lab, "l");
      differs(lab, before).isEmpty();

      must("ip", "netns", "add", lab.namespace("planted"));
      differs(lab, before)
          .anyMatch(line -> line.equals("+ namespace " + lab.prefix() + "-planted"));
      must("ip", "netns", "delete", lab.namespace("planted"));
      differs(lab, before).isEmpty();

      must("ip", "-n", inside, "link", "add", "planted", "type", "veth", "peer", "other");
      differs(lab, before)
          .hasSize(2)
          .anyMatch(line -> line.startsWith("+ link in " + inside + ": planted@"));
      must("ip", "-n", inside, "link", "delete", "planted");
      differs(lab, before).isEmpty();

      must("ip", "netns", "exec", inside, "nft", "add", "table", "inet", "planted");
      differs(lab, before).isNotEmpty().allMatch(line -> line.contains("rules in " + inside));
      must("ip", "netns", "exec", inside, "nft", "delete", "table", "inet", "planted");
      differs(lab, before).isEmpty();

      Process process = lab.start("l", Path.of("/dev/null"), List.of("sleep", "1000"));
      World.await(Duration.ofSeconds(5), "sleep runs", () -> runs(process));
      differs(lab, before).anyMatch(line -> line.matches("\\+ process \\d+: sleep 1000 "));
      World.end(process);
      differs(lab, before).isEmpty();

      var outside = new ProcessBuilder("sleep", "1001");
      outside.environment().put(Belongings.MARK, lab.prefix());
      Process marked = outside.start();
      World.await(Duration.ofSeconds(5), "sleep runs", () -> runs(marked));
      differs(lab, before).anyMatch(line -> line.matches("\\+ process \\d+: sleep 1001 "));
      World.end(marked);
      differs(lab, before).isEmpty();

      Path file = lab.lib("l").resolve("adit").resolve("planted");
      Files.createDirectories(file.getParent());
      Files.writeString(file, "one");
      Belongings planted = Belongings.of(lab, "l");
      differs(lab, before).singleElement().asString().startsWith("+ file lib/adit/planted ");
      Files.writeString(file, "two");
      differs(lab, planted).hasSize(2);
      Files.delete(file);
      differs(lab, before).isEmpty();
    }
  }

  private static boolean runs(Process process) {
    return process.info().command().orElse("").endsWith("/sleep");
  }

  private static ListAssert<String> differs(Lab lab, Belongings before) throws IOException {
    return assertThat(Belongings.difference(before, Belongings.of(lab, "l")));
  }

  private static void must(String... command) throws IOException {
    var _ = Outcome.mustSucceed(List.of(command));
  }
}
