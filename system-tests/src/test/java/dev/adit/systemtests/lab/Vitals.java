package dev.adit.systemtests.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the kernel says of a process, from `/proc`.
public final class Vitals {
  private static final int UTIME = 11; // fields behind the name, see proc(5): the 14th and 15th
  private static final int STIME = 12;
  private static final double TICKS_PER_SECOND = 100; // USER_HZ

  private final Path folder;

  public Vitals(ProcessHandle process) {
    folder = Path.of("/proc", Long.toString(process.pid()));
  }

  /// Seconds of processor time used until now.
  double cpuSeconds() throws IOException {
    String stat = Files.readString(folder.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_PER_SECOND;
  }

  /// Bytes of memory in use.
  public long residentBytes() throws IOException {
    for (String line : Files.readAllLines(folder.resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("no VmRSS in " + folder);
  }

  /// Open descriptors.
  public int descriptors() throws IOException {
    try (var files = Files.list(folder.resolve("fd"))) {
      return (int) files.count();
    }
  }

  /// The names of its threads, as the kernel has them (15 characters).
  public List<String> threads() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(folder.resolve("task"))) {
      for (Path task : tasks) {
        try {
          names.add(Files.readString(task.resolve("comm")).strip());
        } catch (NoSuchFileException e) {
          // It has ended since.
        }
      }
    }
    return names;
  }
}
