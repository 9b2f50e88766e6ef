package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The list of scenarios that must run, compared with the sources both ways.
class ScenarioListTest {
  @Test
  void everyScenarioIsListedAndEveryLineHasItsScenario() throws IOException {
    List<String> listed =
        Files.readAllLines(Path.of("lab-scenarios.txt")).stream()
            .map(line -> line.split("#", 2)[0].strip())
            .filter(line -> !line.isEmpty())
            .toList();
    List<String> written =
        new ClassFileImporter()
            .importPackages("dev.adit.systemtests").stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.isAnnotatedWith(LabScenario.class))
                .flatMap(
                    method -> Arrays.stream(method.getAnnotationOfType(LabScenario.class).value()))
                .toList();
    assertThat(written).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(listed);
  }
}
