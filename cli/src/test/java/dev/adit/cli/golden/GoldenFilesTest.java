package dev.adit.cli.golden;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.adit.agent.StatusReport;
import dev.adit.cli.CommandRun;
import dev.adit.cli.node.SampleReport;
import dev.adit.coordinator.Coordinator;
import dev.adit.coordinator.CoordinatorConfig;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// The JSON of each command as the real programs make it. Scripts of users depend on these files:
/// members may be added, none may go or change its meaning.
class GoldenFilesTest {
  /// The coordinator shares standard error with the commands here, as it never does otherwise.
  private static final Logger COORDINATOR =
      (Logger) LoggerFactory.getLogger("dev.adit.coordinator");

  @TempDir Path folder;
  private Coordinator coordinator;
  private LocalServer socket;
  private JoinKey firstKey;

  @BeforeEach
  void startCoordinator() throws Exception {
    COORDINATOR.setLevel(Level.WARN);
    var config =
        CoordinatorConfig.of(folder.resolve("state"), HttpsUrl.literal("https://vpn.example.org"));
    coordinator = Coordinator.open(config, Clock.SYSTEM, new SecureRandom());
    firstKey = requireNonNull(coordinator.firstJoinKey());
    socket =
        LocalServer.start(
            folder.resolve("coordinator.sock"),
            LocalServer.OWNER,
            coordinator.api(),
            LocalLimits.coordinator());
  }

  @AfterEach
  void stopCoordinator() throws IOException {
    socket.close();
    coordinator.close();
    COORDINATOR.setLevel(null);
  }

  @Test
  void ofANewKey() throws IOException {
    assertThat(json("key", "create", "--uses", "5", "--out", "-"))
        .isEqualTo(golden("key-create.json"));
  }

  @Test
  void ofTheKeys() throws Exception {
    JoinedNode.join(coordinator, firstKey, "printer");
    assertThat(json("key", "list")).isEqualTo(golden("key-list.json"));
  }

  @Test
  void ofTheNodes() throws Exception {
    JoinedNode.join(coordinator, firstKey, "printer");
    assertThat(json("node", "list")).isEqualTo(golden("node-list.json"));
  }

  @Test
  void ofTheStatus() throws IOException {
    HttpResponse answer = HttpResponse.json(200, status().toJson(true));
    try (var _ =
        LocalServer.start(
            folder.resolve("agent.sock"),
            LocalServer.OWNER,
            _ -> answer,
            LocalLimits.coordinator())) {
      assertThat(run("status", "-o", "json")).isEqualTo(golden("status.json"));
      assertThat(run("status"))
          .isEqualTo(
              """
              laptop  10.77.0.1  network default
              coordinator https://vpn.example.org, connected
              PEER     ADDRESSES                    PATH                    RTT       RECEIVED  SENT    MTU
              tower    10.77.0.2 fd5a:1d17:77:1::2  direct 192.0.2.2:41000  0.412 ms  1000 B    2000 B  1420
              printer  10.77.0.3                    derp relay1             -         0 B       0 B     1280
              phone    10.77.0.4                    none                    -         0 B       0 B     1280
              """);
    }
  }

  private static StatusReport status() {
    var direct =
        new StatusReport.Peer(
            "019a0000-0000-7000-8000-0000000000b2",
            "tower",
            List.of("10.77.0.2", "fd5a:1d17:77:1::2"),
            "direct",
            "192.0.2.2:41000",
            true,
            null,
            412,
            1420,
            "",
            1_000,
            2_000);
    var relayed =
        new StatusReport.Peer(
            "019a0000-0000-7000-8000-0000000000b3",
            "printer",
            List.of("10.77.0.3"),
            "derp",
            null,
            false,
            "relay1",
            -1,
            1280,
            "no direct path",
            0,
            0);
    var unreached =
        new StatusReport.Peer(
            "019a0000-0000-7000-8000-0000000000b4",
            "phone",
            List.of("10.77.0.4"),
            "none",
            null,
            false,
            null,
            -1,
            1280,
            "no direct path",
            0,
            0);
    return SampleReport.with(direct, relayed, unreached);
  }

  /// With a word for what differs from run to run, wherever it has the right form.
  private String json(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("-o", "json"));
    String uuid = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    return run(all.toArray(String[]::new))
        .replaceAll("#adit1\\.[\\w-]{8}\\.[\\w-]{32}\\.[\\w-]{43}\"", "#adit1.ID.SECRET.ROOT\"")
        .replaceAll("\"" + uuid + "\"", "\"UUID\"")
        .replaceAll("\"id\": \"[\\w-]{8}\"", "\"id\": \"KEY-ID\"")
        .replaceAll("\"[\\w+/]{43}=\"", "\"WIREGUARD-KEY\"")
        .replaceAll("\"1[0-9.]{7,14}\"", "\"IPV4\"")
        .replaceAll("\"fd[0-9a-f:]{6,37}\"", "\"IPV6\"")
        .replaceAll("\"(\\w+At|lastSeen)\": [0-9]{10}(?=,|\n)", "\"$1\": 1790000000");
  }

  private String run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--run-dir", folder.toString()));
    CommandRun run = CommandRun.of(all.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    return run.out();
  }

  private static String golden(String name) throws IOException {
    try (var in = GoldenFilesTest.class.getResourceAsStream(name)) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
