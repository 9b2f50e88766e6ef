package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `examples/` is built as somebody else's project would be: by Maven, from nothing but the
/// artifacts of this build in a local repository of its own; and its two programs run.
class ExamplesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final List<String> MODULES =
      List.of("crypto", "wire", "core", "net", "derp", "relay");

  @TempDir Path folder;

  @Test
  void theExamplesBuildAndRunWithTheInstalledArtifactsAlone() throws Exception {
    Path repository = installed();
    Path project = copied(ROOT.resolve("examples"), folder.resolve("examples"));
    Path classPath = folder.resolve("classpath");
    run(
        "mvn",
        "--batch-mode",
        "--offline",
        "--quiet",
        "-Dmaven.repo.local=" + repository,
        "-f",
        project.resolve("pom.xml").toString(),
        "compile",
        "dependency:build-classpath",
        "-Dmdep.outputFile=" + classPath);
    String classes = project.resolve("target/classes") + ":" + Files.readString(classPath).strip();
    assertThat(classes).contains(repository.resolve("dev/adit/adit-derp").toString());
    Process relay = java(classes, "dev.adit.examples.EmbeddedRelay").start();
    try (var said =
        new BufferedReader(new InputStreamReader(relay.getInputStream(), StandardCharsets.UTF_8))) {
      String[] where = said.readLine().split(" ");
      assertThat(output(java(classes, "dev.adit.examples.TwoClients", where[0], where[1])))
          .isEqualTo("hello by relay\nfrom whom it should be\n");
    } finally {
      relay.destroyForcibly().waitFor();
    }
  }

  /// A local repository: ours as `install` would put it there, everything else by links.
  private Path installed() throws IOException {
    Path home = Path.of(System.getProperty("user.home"), ".m2", "repository");
    Path repository = Files.createDirectory(folder.resolve("repository"));
    link(home, repository, "dev");
    Path dev = Files.createDirectory(repository.resolve("dev"));
    if (Files.isDirectory(home.resolve("dev"))) {
      link(home.resolve("dev"), dev, "adit");
    }
    install(dev, "adit-parent", ROOT.resolve("pom.xml"), null);
    for (String module : MODULES) {
      Path jar = ROOT.resolve(module + "/target/adit-" + module + "-" + VERSION + ".jar");
      assertThat(jar).as("made by ./build").isRegularFile();
      install(dev, "adit-" + module, ROOT.resolve(module + "/pom.xml"), jar);
    }
    return repository;
  }

  private static void link(Path from, Path to, String except) throws IOException {
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (!name.equals(except)) {
          Files.createSymbolicLink(to.resolve(name), entry);
        }
      }
    }
  }

  private static void install(
      Path dev, String artifact, Path pom, @org.jspecify.annotations.Nullable Path jar)
      throws IOException {
    Path place = Files.createDirectories(dev.resolve("adit").resolve(artifact).resolve(VERSION));
    String name = artifact + "-" + VERSION;
    Files.copy(pom, place.resolve(name + ".pom"));
    if (jar != null) {
      Files.copy(jar, place.resolve(name + ".jar"));
    }
  }

  /// Without what an earlier build may have left.
  private static Path copied(Path from, Path to) throws IOException {
    var target = Pattern.compile("(^|/)target(/|$)");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        String name = from.relativize(file).toString();
        if (!target.matcher(name).find()) {
          Files.copy(file, to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    return to;
  }

  private static ProcessBuilder java(String classes, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", classes, main));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    output(builder);
  }

  private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
