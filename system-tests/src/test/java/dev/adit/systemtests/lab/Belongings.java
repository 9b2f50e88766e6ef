package dev.adit.systemtests.lab;

import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import dev.adit.crypto.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Everything on this machine that a command of ours might leave behind, one line each: network
/// namespaces, links and nftables rules of the lab's and the root one, processes, and the files in
/// the state and run folders of one host of the lab. Immutable.
///
/// Left out is what other labs own that run beside this one, folders, and `agent.log`.
record Belongings(TreeSet<String> lines) {
  /// Set in the environment of every command that is watched; what it starts inherits it.
  static final String MARK = "ADIT_WATCHED_LAB";

  private static final Pattern LAB = Pattern.compile("(adit\\d+-\\d+)-.*");
  private static final List<String> FOLDERS = List.of("lib", "run/adit", "run/wireguard");

  static Belongings of(Lab lab, String host) throws IOException {
    var lines = new TreeSet<String>();
    var ours = new HashSet<String>();
    for (String line : Outcome.mustSucceed(List.of("ip", "netns")).lines().toList()) {
      String namespace = line.split(" ", 2)[0];
      var other = LAB.matcher(namespace);
      if (!other.matches() || other.group(1).equals(lab.prefix())) {
        lines.add("namespace " + namespace);
        if (other.matches()) {
          ours.add(namespace);
          network(lines, namespace, List.of("ip", "netns", "exec", namespace));
        }
      }
    }
    network(lines, "root", List.of());
    processes(lines, lab, ours);
    for (String folder : FOLDERS) {
      files(lines, lab.folder().resolve(host), lab.folder().resolve(host).resolve(folder));
    }
    return new Belongings(lines);
  }

  private static void network(Set<String> lines, String name, List<String> inside)
      throws IOException {
    for (String link : run(inside, "ip", "-brief", "link")) {
      lines.add("link in " + name + ": " + link.strip());
    }
    List<String> rules = run(inside, "nft", "--stateless", "list", "ruleset");
    for (int i = 0; i < rules.size(); i++) {
      lines.add("rules in " + name + ", line " + i + ": " + rules.get(i).strip());
    }
  }

  private static List<String> run(List<String> inside, String... command) throws IOException {
    List<String> words = new ArrayList<>(inside);
    words.addAll(List.of(command));
    return Outcome.mustSucceed(words).lines().toList();
  }

  private static void processes(Set<String> lines, Lab lab, Set<String> namespaces)
      throws IOException {
    Set<String> networks = new HashSet<>();
    for (String namespace : namespaces) {
      networks.add(
          "net:[" + Files.getAttribute(Path.of("/run/netns", namespace), "unix:ino") + "]");
    }
    String mark = MARK + "=" + lab.prefix();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      Path folder = Path.of("/proc", Long.toString(process.pid()));
      try {
        String network = Files.readSymbolicLink(folder.resolve("ns/net")).toString();
        if (networks.contains(network)
            || List.of(text(folder.resolve("environ")).split("\0")).contains(mark)) {
          String command = text(folder.resolve("cmdline")).replace('\0', ' ');
          lines.add("process " + process.pid() + ": " + command);
        }
      } catch (IOException e) {
        // It has ended meanwhile, or shows nothing to us.
      }
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private static void files(Set<String> lines, Path root, Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.toList()) {
        if (Files.isDirectory(file) || file.endsWith("agent.log")) {
          continue;
        }
        lines.add("file " + root.relativize(file) + " " + content(file));
      }
    } catch (NoSuchFileException e) {
      throw new IOException("changes while it is looked at: " + e.getMessage(), e);
    }
  }

  private static String content(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? HexFormat.of().formatHex(Hash.sha256(Files.readAllBytes(file)), 0, 8)
        : "(special)";
  }

  /// What was added (`+`) or has gone (`-`), one line each; empty if nothing.
  static List<String> difference(Belongings before, Belongings after) {
    List<String> changes = new ArrayList<>();
    for (String line : before.lines) {
      if (!after.lines.contains(line)) {
        changes.add("- " + line);
      }
    }
    for (String line : after.lines) {
      if (!before.lines.contains(line)) {
        changes.add("+ " + line);
      }
    }
    return changes;
  }
}
