package dev.adit.systemtests.interop;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.local.LocalClient;
import dev.adit.systemtests.lab.Vitals;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Three `adit relay` of one region, each linked to the others through a [MeshTap].
///
/// The links stand in files, so that they can be taken away: then nobody is connected to any node.
final class ChaosRegion {
  static final int NODES = 3;
  static final String CONNECTIONS = "adit_derp_connections";

  /// What a relay at rest has: every other node's link.
  static final int LINKS = NODES - 1;

  private static final String JCMD =
      Path.of(System.getProperty("java.home"), "bin/jcmd").toString();

  /// Threads of the compiler, which the Java machine starts and ends as there is work.
  private static final List<String> COMES_AND_GOES = List.of("C1 CompilerThre", "C2 CompilerThre");

  /// What a relay at rest holds of its machine.
  ///
  /// @param bytes resident, after a full collection
  record Belongings(int descriptors, List<String> threads, long bytes) {}

  private final Stage stage;
  private final ChaosPlan plan;
  private final List<Integer> ports = new ArrayList<>();
  private final List<AditRelay> nodes = new CopyOnWriteArrayList<>();

  private ChaosRegion(Stage stage, ChaosPlan plan) {
    this.stage = stage;
    this.plan = plan;
  }

  static ChaosRegion start(Stage stage, ChaosPlan plan, Hops hops) throws IOException {
    var region = new ChaosRegion(stage, plan);
    for (int node = 0; node < NODES; node++) {
      region.ports.add(stage.freePort());
    }
    for (int from = 0; from < NODES; from++) {
      var links = new StringBuilder();
      for (int to = 0; to < NODES; to++) {
        if (to != from) {
          int tap = stage.freePort();
          var _ = stage.add(MeshTap.open(tap, endpoint(region.ports.get(to)), hops));
          links.append("http://127.0.0.1:").append(tap).append('\n');
        }
      }
      var _ = Files.writeString(region.links(from), links);
    }
    for (int node = 0; node < NODES; node++) {
      region.nodes.add(region.startNode(node));
    }
    return region;
  }

  private static Endpoint endpoint(int port) {
    return Endpoint.literal("127.0.0.1:" + port);
  }

  private Path links(int node) {
    return stage.folder().resolve("links" + node);
  }

  private static String name(int node) {
    return "node" + node;
  }

  private AditRelay startNode(int node) throws IOException {
    List<String> options = new ArrayList<>(plan.relayOptions());
    options.add("--mesh-key-file=" + stage.meshKey());
    options.add("--mesh-file=" + links(node));
    return AditRelay.at(stage, name(node), ports.get(node), options);
  }

  /// By SIGKILL.
  void kill(int node) {
    nodes.get(node).program().kill();
  }

  /// Waits until it relays. On any thread.
  void startAgain(int node) {
    try {
      nodes.set(node, startNode(node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  AditRelay node(int node) {
    return nodes.get(node);
  }

  List<String> urls() {
    return nodes.stream().map(AditRelay::url).toList();
  }

  private List<String> metrics(int node) throws IOException {
    Path socket = stage.folder(name(node) + "-run").resolve("relay.sock");
    return LocalClient.request(socket, "GET", "/metrics", new byte[0]).text().lines().toList();
  }

  /// What each node dropped since its start, by reason; for people.
  List<List<String>> drops() throws IOException {
    List<List<String>> all = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      all.add(
          metrics(node).stream()
              .filter(line -> line.startsWith("adit_derp_packets_dropped_total"))
              .filter(line -> !line.endsWith(" 0"))
              .toList());
    }
    return all;
  }

  /// What a node says of its clients and connections, by name; not of itself and its machine.
  Map<String, Long> gauges(int node) throws IOException {
    List<String> lines = metrics(node);
    Map<String, Long> gauges = new TreeMap<>();
    for (String line : lines) {
      int space = line.lastIndexOf(' ');
      String gauge = line.startsWith("#") ? "" : line.substring(0, space).replaceAll("\\{.*", "");
      if ((gauge.startsWith("adit_derp_")
              || gauge.startsWith("adit_http_")
              || gauge.startsWith("adit_tls_")
              || gauge.startsWith("adit_mesh_"))
          && lines.contains("# TYPE " + gauge + " gauge")) {
        gauges.merge(gauge, (long) Double.parseDouble(line.substring(space + 1)), Long::sum);
      }
    }
    return gauges;
  }

  /// Of all nodes, for people.
  String gauges() {
    var all = new StringBuilder();
    try {
      for (int node = 0; node < NODES; node++) {
        all.append('\n').append(name(node)).append(": ").append(gauges(node));
      }
    } catch (IOException e) {
      all.append(e.getMessage());
    }
    return all.toString();
  }

  long connections(int node) throws IOException {
    Long connections = gauges(node).get(CONNECTIONS);
    if (connections == null) {
      throw new IOException("no " + CONNECTIONS + " in the metrics of " + name(node));
    }
    return connections;
  }

  /// True if every node has so many clients besides its links.
  boolean hasClients(int clients) throws IOException {
    for (int node = 0; node < NODES; node++) {
      if (connections(node) != LINKS + clients) {
        return false;
      }
    }
    return true;
  }

  Belongings belongings(int node) throws IOException {
    ProcessHandle process = nodes.get(node).program().handle();
    var _ = Outcome.mustSucceed(List.of(JCMD, Long.toString(process.pid()), "GC.run"));
    var vitals = new Vitals(process);
    List<String> threads = new ArrayList<>(vitals.threads());
    threads.removeAll(COMES_AND_GOES);
    return new Belongings(vitals.descriptors(), threads, vitals.residentBytes());
  }

  /// Takes the links between the nodes away.
  void unlink() throws IOException {
    for (int node = 0; node < NODES; node++) {
      var _ = Files.writeString(links(node), "# none\n");
    }
  }
}
