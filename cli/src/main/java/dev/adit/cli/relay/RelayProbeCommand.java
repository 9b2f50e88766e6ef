package dev.adit.cli.relay;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.cli.output.OutputOption;
import dev.adit.cli.output.Table;
import dev.adit.derp.probe.Finding;
import dev.adit.derp.probe.Prober;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpRegion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit relay probe`: tries relays from outside, as clients find them.
@Command(
    name = "probe",
    mixinStandardHelpOptions = true,
    description = {
      "Tries the relays of a map: the certificate of each, STUN at each address, a packet from each to",
      "each other one of its region and to itself. Again and again, unless --once; the exit code of that",
      "is 1 if anything was wrong."
    })
public final class RelayProbeCommand implements Callable<Integer> {
  private static final int LONGEST_KEY = 4096;
  private static final int MESH_KEY_BYTES = 32;
  private static final int MOST_DELAY_PACKETS = 10_000;
  private static final int MOST_FINDINGS = 1_000_000;

  @Spec CommandSpec spec;
  @Mixin OutputOption output = new OutputOption();

  @Option(
      names = "--derpmap",
      paramLabel = "FILE|URL",
      required = true,
      description = {
        "The map, in Tailscale's JSON; of a URL it is fetched before each round, and one younger than"
            + " 10 minutes counts if that fails.",
        "A relay of ours shows one: https://HOST/derpmap."
      })
  String map = "";

  @Option(names = "--once", description = "Try everything once, then end.")
  boolean once;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "15s",
      description = "From the end of a round to the next (default: ${DEFAULT-VALUE}).")
  String interval = "15s";

  @Option(
      names = "--region",
      paramLabel = "CODE",
      description = "Only the region with this code (default: all).")
  @Nullable String region;

  @Option(
      names = "--mesh-key-file",
      paramLabel = "FILE",
      description = "The relays' mesh key, for those who serve nobody else.")
  @Nullable Path meshKeyFile;

  @Option(
      names = "--bandwidth-bytes",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description = "Also send so many bytes between each two (default: none of that).")
  int bandwidthBytes;

  @Option(
      names = "--delay-packets",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description =
          "Also send so many small packets within a second between each two, at most 10000, and tell how"
              + " long the slowest took (default: none of that).")
  int delayPackets;

  @Override
  public Integer call() throws IOException, MalformedException, InterruptedException {
    if (bandwidthBytes < 0) {
      throw Failure.usage("--bandwidth-bytes " + bandwidthBytes + ": expected 0 or more");
    }
    if (delayPackets < 0 || delayPackets > MOST_DELAY_PACKETS) {
      throw Failure.usage("--delay-packets " + delayPackets + ": expected 0 to 10000");
    }
    Duration pause = Duration.ofSeconds(Times.seconds(interval));
    var prober =
        new Prober(
            Prober.options(meshKey()),
            new SecureRandom(),
            Clock.SYSTEM,
            bandwidthBytes,
            delayPackets);
    var source = new MapSource(map, Clock.SYSTEM);
    List<Finding> found = round(prober, source);
    while (!once) {
      Thread.sleep(pause);
      found = round(prober, source);
    }
    return found.stream().allMatch(Finding::isGood) ? Failure.DONE : Failure.FAILED;
  }

  private List<Finding> round(Prober prober, MapSource source)
      throws MalformedException, IOException {
    var found = new ArrayList<Finding>();
    for (DerpRegion one : regions(source.map())) {
      found.addAll(prober.probe(one));
    }
    output.print(spec.commandLine().getOut(), json(found), RelayProbeCommand::table);
    return found;
  }

  private List<DerpRegion> regions(DerpMap all) {
    List<DerpRegion> chosen =
        all.regions().values().stream()
            .filter(candidate -> region == null || candidate.code().equals(region))
            .toList();
    if (chosen.isEmpty()) {
      throw Failure.failed(
          region == null ? "the map has no region" : "the map has no region '" + region + "'");
    }
    return chosen;
  }

  private byte @Nullable [] meshKey() {
    if (meshKeyFile == null) {
      return null;
    }
    try {
      byte[] content = StateFiles.read(meshKeyFile, LONGEST_KEY);
      byte[] key = Text.parseHex(new String(content, StandardCharsets.US_ASCII).strip());
      if (key.length != MESH_KEY_BYTES) {
        throw new MalformedException("mesh key: wrong length");
      }
      return key;
    } catch (IOException | MalformedException e) {
      throw Failure.failed("no mesh key in " + meshKeyFile + "; expected 64 hex digits");
    }
  }

  private static String json(List<Finding> found) {
    var json = new JsonWriter().beginObject().name("findings").beginArray();
    for (Finding one : found) {
      json.beginObject().member("kind", one.kind().name().toLowerCase(Locale.ROOT));
      json.member("from", one.from()).member("to", one.to()).member("ok", one.isGood());
      json.member("micros", one.micros());
      if (!one.isGood()) {
        json.member("problem", one.problem());
      }
      json.endObject();
    }
    return json.endArray().endObject().toString();
  }

  private static String table(JsonObject result) throws MalformedException {
    var table = new Table("KIND", "FROM", "TO", "RESULT", "MS");
    for (JsonObject one : result.objects("findings", MOST_FINDINGS)) {
      boolean good = one.bool("ok");
      table.row(
          one.string("kind"),
          one.string("from"),
          one.string("to"),
          good ? "ok" : one.string("problem"),
          String.format(Locale.ROOT, "%.1f", one.integer("micros") / 1e3));
    }
    return table.toString();
  }
}
