package dev.adit.cli.node;

import dev.adit.agent.AgentConfig;
import dev.adit.cli.Failure;
import dev.adit.cli.Version;
import dev.adit.cli.output.OutputOption;
import dev.adit.net.Clock;
import dev.adit.net.metrics.MetricsHandler;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit debug bundle`: one ZIP file with what the agent says of itself and what the kernel says of
/// the network. Only what is named here goes in; no file with a key is opened.
@Command(
    name = "bundle",
    mixinStandardHelpOptions = true,
    description = {
      "Writes a ZIP file for a bug report: status, network check, explanation of every path, metrics and",
      "log of the agent, and what the kernel says of links, routes and drops. No key is in it; names and",
      "addresses of nodes are. Works without a running agent, too: with what there is."
    })
public final class BundleCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_BYTES = 4 << 20; // of each file, its end
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /// What the kernel says, none of which names a key.
  private static final String[] KERNEL = {
    "/proc/version",
    "/proc/meminfo",
    "/proc/loadavg",
    "/proc/net/dev",
    "/proc/net/route",
    "/proc/net/ipv6_route",
    "/proc/net/if_inet6",
    "/proc/net/snmp",
    "/proc/net/snmp6",
    "/proc/net/softnet_stat",
    "/etc/os-release"
  };

  @Mixin NodeOptions node = new NodeOptions();
  @Mixin OutputOption output = new OutputOption();
  @Spec CommandSpec spec;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Folder of the agent's log; default ${DEFAULT-VALUE}.",
      defaultValue = "/var/lib/adit")
  Path stateDir = AgentConfig.STATE_FOLDER;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "What to write; default adit-debug-TIME.zip in this folder.")
  @Nullable Path file;

  private final Map<String, byte[]> entries = new LinkedHashMap<>();
  private final Map<String, String> missing = new LinkedHashMap<>();

  @Override
  public Integer call() throws MalformedException {
    add("adit.txt", "adit " + Version.number() + "\n" + Clock.SYSTEM.wall() + "\n");
    AgentClient agent = node.agent();
    ask(agent, "GET", "/v1/status", "", "status.json");
    ask(agent, "GET", "/v1/netcheck", "", "netcheck.json");
    ask(agent, "POST", "/v1/explain", "{}", "explain.json");
    ask(agent, "GET", "/v1/changes", "", "changes.json");
    ask(agent, "GET", MetricsHandler.PATH, "", "metrics.txt");
    end("agent.log", stateDir.resolve("agent.log"));
    for (String path : KERNEL) {
      end(path.substring(1).replace('/', '-') + ".txt", Path.of(path));
    }
    if (!missing.isEmpty()) {
      var text = new StringBuilder();
      missing.forEach((name, why) -> text.append(name).append(": ").append(why).append('\n'));
      add("missing.txt", text.toString());
    }
    Path written = write();
    output.print(spec.commandLine().getOut(), json(written), this::text);
    return 0;
  }

  private void add(String name, String text) {
    entries.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void ask(AgentClient agent, String method, String path, String body, String name) {
    try {
      add(name, agent.request(method, path, body, PATIENCE));
    } catch (Failure e) {
      missing.put(name, String.valueOf(e.getMessage()));
    }
  }

  /// The end of a file. Those of `/proc` have no length beforehand.
  private void end(String name, Path path) {
    try (var in = new RandomAccessFile(path.toFile(), "r")) {
      in.seek(Math.max(0, in.length() - MOST_BYTES));
      byte[] bytes = new byte[MOST_BYTES];
      int length = 0;
      for (int read = 0; read >= 0 && length < bytes.length; length += Math.max(read, 0)) {
        read = in.read(bytes, length, bytes.length - length);
      }
      entries.put(name, Arrays.copyOf(bytes, length));
    } catch (IOException e) {
      missing.put(name, String.valueOf(e.getMessage()));
    }
  }

  /// A new file that only its owner may read.
  private Path write() {
    Path path =
        file != null ? file : Path.of("adit-debug-" + STAMP.format(Clock.SYSTEM.wall()) + ".zip");
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.WRITE);
          var zip = new ZipOutputStream(out)) {
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
          zip.putNextEntry(new ZipEntry(entry.getKey()));
          zip.write(entry.getValue());
          zip.closeEntry();
        }
      }
      return path;
    } catch (FileAlreadyExistsException e) {
      throw Failure.failed(path + " exists already; name another one with --file");
    } catch (IOException e) {
      throw Failure.failed("cannot write " + path + ": " + e.getMessage());
    }
  }

  private String json(Path written) {
    var json = new JsonWriter().beginObject().member("file", written.toString());
    json.name("entries").beginArray();
    entries.forEach((name, bytes) ->
        json.beginObject().member("name", name).member("bytes", bytes.length).endObject());
    json.endArray().name("missing").beginArray();
    missing.forEach(
        (name, why) -> json.beginObject().member("name", name).member("why", why).endObject());
    return json.endArray().endObject().toString();
  }

  private String text(JsonObject result) throws MalformedException {
    var text = new StringBuilder();
    text.append("wrote ").append(result.string("file")).append(": ");
    text.append(entries.size()).append(" files, no key in them\n");
    missing.forEach(
        (name, why) -> text.append("without ").append(name).append(": ").append(why).append('\n'));
    return text.toString();
  }
}
