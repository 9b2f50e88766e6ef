package dev.adit.systemtests.interop;

import dev.adit.net.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// A process whose standard output is read line by line, and whose standard error goes to a log.
/// Thread-safe.
final class Program implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(10);

  private final String name;
  private final Path log;
  private final Process process;
  private final PrintWriter in;
  private final Consumer<String> listener;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  private Program(String name, Path log, Process process, Consumer<String> listener) {
    this.name = name;
    this.log = log;
    this.process = process;
    this.listener = listener;
    in = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    Thread.ofPlatform().daemon().name("read " + name).start(this::read);
  }

  /// @param listener hears each line of standard output on the reading thread; they are not kept
  static Program heard(String name, Path log, ProcessBuilder builder, Consumer<String> listener)
      throws IOException {
    var errors = ProcessBuilder.Redirect.appendTo(log.toFile());
    return new Program(name, log, builder.redirectError(errors).start(), listener);
  }

  /// @param merged whether standard error is read with standard output, instead of going to the log
  static Program kept(String name, Path log, ProcessBuilder builder, boolean merged)
      throws IOException {
    return heard(name, log, builder.redirectErrorStream(merged), _ -> {});
  }

  private void read() {
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        listener.accept(line);
        add(line);
      }
    } catch (IOException e) {
      // It has ended.
    }
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void add(String line) {
    lock.lock();
    try {
      lines.add(line.length() > 1000 ? line.substring(0, 1000) : line);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for a line that is so; those that came before count too.
  String awaitLine(Duration patience, Predicate<String> isSo) {
    long end = Clock.SYSTEM.nanos() + patience.toNanos();
    lock.lock();
    try {
      for (int next = 0; ; ) {
        for (; next < lines.size(); next++) {
          if (isSo.test(lines.get(next))) {
            return lines.get(next);
          }
        }
        long left = end - Clock.SYSTEM.nanos();
        if (ended || left <= 0) {
          throw new AssertionError(
              name + (ended ? " ended" : " did not say it") + ": " + lines + tail());
        }
        var _ = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  void say(String line) {
    in.println(line);
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Its status once it has ended by itself.
  int awaitEnd(Duration patience) {
    try {
      if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError(name + " has not ended: " + tail());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// As a crash would.
  void kill() {
    process.destroyForcibly();
    awaitEnd(END);
  }

  /// The end of its log.
  String tail() {
    try {
      String text = Files.readString(log);
      return "\n" + log.getFileName() + ": " + text.substring(Math.max(0, text.length() - 3000));
    } catch (IOException e) {
      return "";
    }
  }

  /// All lines until now.
  List<String> lines() {
    lock.lock();
    try {
      return List.copyOf(lines);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    in.close();
    process.destroy();
    try {
      if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
