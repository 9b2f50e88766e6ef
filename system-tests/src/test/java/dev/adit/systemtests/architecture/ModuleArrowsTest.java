package dev.adit.systemtests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.net.URL;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The arrows between modules, as `docs/architecture.md` draws them, are those that the compiler
/// holds. (Nothing depends on `discovery` yet, so it is not seen here.)
class ModuleArrowsTest {
  private static final String OURS = "dev.adit.";
  private static final Map<String, Set<String>> DRAWN =
      Map.of(
          "crypto", Set.of(),
          "wire", Set.of("crypto"),
          "core", Set.of("wire"),
          "net", Set.of("wire"),
          "derp", Set.of("core", "net"),
          "relay", Set.of("core", "net", "derp"),
          "coordinator", Set.of("core", "net"),
          "agent", Set.of("core", "net"),
          "cli", Set.of("relay", "coordinator", "agent"));

  @Test
  void descriptorsSayWhatTheDrawingShows() throws IOException {
    assertThat(described()).isEqualTo(DRAWN);
  }

  private static Map<String, Set<String>> described() throws IOException {
    Map<String, Set<String>> described = new HashMap<>();
    ClassLoader loader = ModuleArrowsTest.class.getClassLoader();
    for (URL url : Collections.list(loader.getResources("module-info.class"))) {
      try (var in = url.openStream()) {
        ModuleDescriptor module = ModuleDescriptor.read(in);
        if (module.name().startsWith(OURS)) {
          described.put(module.name().substring(OURS.length()), arrows(module));
        }
      }
    }
    return described;
  }

  private static Set<String> arrows(ModuleDescriptor module) {
    Set<String> arrows = new TreeSet<>();
    for (ModuleDescriptor.Requires required : module.requires()) {
      if (required.name().startsWith(OURS)) {
        arrows.add(required.name().substring(OURS.length()));
      }
    }
    return arrows;
  }
}
