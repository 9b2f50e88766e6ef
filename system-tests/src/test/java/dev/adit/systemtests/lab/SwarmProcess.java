package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.Clock;
import dev.adit.systemtests.swarm.Swarm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A process of [Swarm] on a host of the lab.
final class SwarmProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Process process;
  private final PrintWriter in;
  private final CopyOnWriteArrayList<Line> lines = new CopyOnWriteArrayList<>();

  /// @param at nanoseconds of [Clock]
  record Line(long at, String text) {}

  private SwarmProcess(Process process) {
    this.process = process;
    in = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    Thread.ofPlatform().daemon().name("swarm").start(this::read);
  }

  /// @param spread over which the agents begin
  static SwarmProcess start(
      World world, String host, String key, int count, String name, Duration spread)
      throws IOException {
    return start(
        world,
        host,
        name,
        Swarm.class,
        List.of(key, Integer.toString(count), name, Long.toString(spread.toMillis())));
  }

  /// Another program that takes commands and answers as [Swarm] does.
  static SwarmProcess start(
      World world, String host, String name, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(java(main));
    command.addAll(arguments);
    return new SwarmProcess(world.lab.converse(host, world.log("swarm-" + name), command));
  }

  /// The words that run a class of these tests in a process of its own.
  static List<String> java(Class<?> main) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-Xmx512m",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        classPath(),
        main.getName());
  }

  private static String classPath() {
    String path = System.getProperty("surefire.real.class.path");
    return path != null ? path : System.getProperty("java.class.path");
  }

  private void read() {
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(new Line(Clock.SYSTEM.nanos(), line));
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  List<Line> lines() {
    return List.copyOf(lines);
  }

  /// What stands behind `NAME-NUMBER word `, of every agent that said it, in order.
  List<String> said(String word) {
    return lines.stream()
        .map(line -> line.text.split(" ", 3))
        .filter(words -> words.length > 1 && words[1].equals(word))
        .map(words -> words.length > 2 ? words[2] : "")
        .toList();
  }

  /// How many agents said so.
  int count(String word) {
    return said(word).size();
  }

  /// Gives a command and waits until it is done.
  ///
  /// @return the line with the answer
  String ask(String command) {
    int before = lines.size();
    in.println(command);
    String word = command.split(" ", 2)[0];
    String end = word.equals("counts") ? "counts " : "done " + word;
    World.await(
        PATIENCE,
        () -> command + ": " + (process.isAlive() ? "no answer" : "the swarm has ended"),
        () -> find(before, end) != null);
    String found = find(before, word.equals("replay") ? "replayed " : end);
    return String.valueOf(found);
  }

  private @Nullable String find(int from, String prefix) {
    return lines.stream()
        .skip(from)
        .map(Line::text)
        .filter(text -> text.startsWith(prefix))
        .findFirst()
        .orElse(null);
  }

  /// A number of the answer to `counts`.
  long counted(String name) {
    String[] words = ask("counts").split(" ");
    for (int i = 0; i + 1 < words.length; i++) {
      if (words[i].equals(name)) {
        return Long.parseLong(words[i + 1]);
      }
    }
    throw new AssertionError("no count of " + name);
  }

  void awaitUp(int count, Duration patience) {
    World.await(
        patience,
        () -> counted("up") + " are up; lost: " + often("lost") + "; failed: " + often("failed"),
        () -> counted("up") == count);
  }

  private Map<String, Long> often(String word) {
    return said(word).stream().collect(Collectors.groupingBy(what -> what, Collectors.counting()));
  }

  @Override
  public void close() {
    in.println("quit");
    World.end(process);
    assertThat(process.isAlive()).isFalse();
  }
}
