package dev.adit.cli.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command line by which a running `adit` starts another Java program of ours, without a shell
/// and with the same jars; the options repeat those of the script `adit`.
public final class JavaCommand {
  /// What a program is like, which decides its options and its class-data archive.
  public enum Kind {
    /// Over in a moment: compiled quickly, not well.
    CLI("cli", List.of("-XX:TieredStopAtLevel=1")),
    /// Stays, on a small machine perhaps: the heap is small, and what it does not need goes back.
    AGENT(
        "agent",
        List.of(
            "-Xms12m",
            "-Xmx64m",
            "-Xmn4m",
            "-Xss512k",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=30",
            "-XX:-ShrinkHeapInSteps",
            "-XX:TrimNativeHeapInterval=15000")),
    /// Stays, with many connections.
    SERVER(
        "server",
        List.of(
            "-Xms28m",
            "-Xmx256m",
            "-XX:NewSize=8m",
            "-XX:+AlwaysPreTouch",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:-ShrinkHeapInSteps",
            "-XX:TrimNativeHeapInterval=15000",
            "-XX:ReservedCodeCacheSize=12m"));

    private final String archive;
    private final List<String> options;

    Kind(String archive, List<String> options) {
      this.archive = archive;
      this.options = options;
    }
  }

  private JavaCommand() {}

  /// The words of the command: the running Java machine's own, the class path of this process, then
  /// `mainClass` and `arguments`.
  public static List<String> of(Kind kind, String mainClass, List<String> arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-Xlog:disable",
            "-Xlog:all=warning:stderr",
            "-Dstdout.encoding=UTF-8",
            "-Dstderr.encoding=UTF-8",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    words.addAll(kind.options);
    String dist = System.getProperty("adit.dist");
    if (dist != null) {
      Path archive = Path.of(dist, kind.archive + ".jsa");
      if (Files.exists(archive)) {
        words.add("-XX:SharedArchiveFile=" + archive);
      }
    }
    for (String name :
        List.of("adit.dist", "adit.home", "org.sqlite.lib.path", "java.library.path")) {
      String value = System.getProperty(name);
      if (value != null && (dist != null || !name.equals("java.library.path"))) {
        words.add("-D" + name + "=" + value);
      }
    }
    String further = System.getenv("ADIT_JAVA_OPTIONS");
    if (further != null && !further.isBlank()) {
      words.addAll(List.of(further.strip().split(" +")));
    }
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(mainClass);
    words.addAll(arguments);
    return words;
  }
}
