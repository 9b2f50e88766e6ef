package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.cli.launch.JavaCommand;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.wire.IpAddress;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// From nothing to a first ping.
class JoinScenariosTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long UP_LIMIT = 1_500_000_000L;
  private static final int JOINS = 30;

  @LabScenario("two-commands")
  void oneCommandEachAndAPingIsAnswered() throws IOException {
    List<Long> times = new ArrayList<>();
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      times.add(world.up("l"));
      times.add(world.up("r"));
      Outcome ping = world.lab.exec("r", "ping", "-n", "-c", "1", "-W", "2", world.address("l"));
      assertThat(ping.status()).as(ping.output()).isZero();

      Outcome again = world.adit("r", "up", world.key());
      assertThat(again.status()).isZero();
      assertThat(again.output()).contains("already up as ").contains(world.address("r"));

      forget(world);
      times.add(world.up("r"));
    }
    System.out.println("adit up, ms: " + PathScenariosTest.millis(times));
    assertThat(PathScenariosTest.median(times)).as("adit up").isLessThanOrEqualTo(UP_LIMIT);
  }

  /// From the exec of `adit up` on the right host to the echo reply seen on the left, thirty times.
  @LabScenario("thirty-joins")
  void thirtyJoinsAreFast() throws IOException {
    List<Long> ups = new ArrayList<>();
    List<Long> firstPings = new ArrayList<>();
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      world.up("l");
      for (int i = 0; i < JOINS; i++) {
        String next = next(world);
        try (var pings = new PingStream(world.lab, "l", next, 0.05)) {
          long begun = Clock.SYSTEM.nanos();
          ups.add(world.up("r"));
          World.await(Duration.ofSeconds(10), "the first ping", () -> pings.firstAnswer() >= 0);
          firstPings.add(pings.firstAnswer() - begun);
        }
        assertThat(world.address("r")).isEqualTo(next);
        forget(world);
      }
    }
    System.out.println("adit up, ms: " + PathScenariosTest.millis(ups));
    System.out.println("first pings, ms: " + PathScenariosTest.millis(firstPings));
    assertThat(PathScenariosTest.median(ups)).as("adit up").isLessThanOrEqualTo(UP_LIMIT);
    assertThat(PathScenariosTest.median(firstPings)).as("median").isLessThanOrEqualTo(2 * SECOND);
    assertThat(Collections.max(firstPings)).as("slowest").isLessThanOrEqualTo(3 * SECOND);
  }

  /// The Java machine itself says what it loads. With its word that it is usable the agent's
  /// process needs `Detachment` for the first time; the log's back end may follow from then on.
  @LabScenario("nothing-needless-before-usable")
  void loadsNeitherNettyNorTheLogsBackEndBeforeTheNodeIsUsable() throws IOException {
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      Outcome up =
          world.lab.exec(
              "l",
              "env",
              "ADIT_JAVA_OPTIONS=-Xlog:class+load:file=/run/classes.%p",
              World.ADIT.toString(),
              "up",
              world.key());
      assertThat(up.status()).as(up.output()).isZero();
      String loaded = agentsClasses(world.lab.run("l"));
      int usable = loaded.indexOf(" dev.adit.net.linux.Detachment ");
      assertThat(usable).as("the agent's word that it is usable").isPositive();
      assertThat(loaded.substring(0, usable))
          .contains(" dev.adit.agent.Agent ")
          .doesNotContain(" ch.qos.logback.", " io.netty.", " io.prometheus.");
    }
  }

  /// C-3: joins by way of a proxy that reads everything, and what it has read is worth nothing.
  @LabScenario("inspecting-proxy")
  void aProxyThatEndsTlsLearnsNothing() throws IOException {
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      String address = world.lab.address("SRV4B");
      Path seen = world.lab.lib("srv").resolve("seen"); // there below /var/lib
      List<String> proxy =
          JavaCommand.of(
              JavaCommand.Kind.SERVER,
              InspectingProxy.class.getName(),
              List.of(address, "8443", world.lab.address("SRV4"), "443", "/var/lib/seen"));
      Process _ = world.lab.start("srv", world.log("proxy"), proxy);
      World.await(
          Duration.ofSeconds(20),
          () -> "the proxy listens: " + world.tail("proxy"),
          () -> world.tail("proxy").contains("inspecting"));
      String key = world.key().replaceFirst("//[^/]*/", "//" + address + ":8443/");
      String name = "a-rather-telling-name";
      assertThat(world.adit("l", "up", "--name", name, "--key", key).status())
          .as(world.agentLog("l"))
          .isZero();
      world.up("r");
      world.awaitPeers(); // l has heard of r through the proxy, too
      assertThat(world.status("l").toString()).contains(address + ":8443");
      byte[] plain = Files.readAllBytes(seen);
      Needles.areNotIn(plain, secretsOf(world, key, name));
      assertThat(World.text(plain))
          .contains("GET /adit/stream HTTP/1.1")
          .contains("Sec-WebSocket-Protocol: adit-control-v1")
          .contains(identity(world));
    }
  }

  /// What nobody on the way may see, each with a name for it.
  private static Map<String, byte[]> secretsOf(World world, String key, String name)
      throws IOException {
    Map<String, byte[]> secrets = new LinkedHashMap<>();
    String secret = key.split("\\.")[key.split("\\.").length - 2];
    secrets.put("secret of the join key", Base64.getUrlDecoder().decode(secret));
    secrets.put("name", name.getBytes(StandardCharsets.UTF_8));
    for (String host : List.of("l", "r")) {
      for (String file : List.of("machine.key", "node.key")) {
        byte[] secretKey =
            Base64.getDecoder()
                .decode(
                    Files.readString(world.lab.lib(host).resolve("adit").resolve(file)).strip());
        secrets.put("private " + file + " of " + host, secretKey);
        secrets.put("public " + file + " of " + host, PrivateKey.of(secretKey).publicKey().bytes());
      }
      String address = world.address(host);
      secrets.put("address of " + host, address.getBytes(StandardCharsets.UTF_8));
      secrets.put("address of " + host + " as bytes", IpAddress.literal(address).bytes());
    }
    return secrets;
  }

  /// The body of the identity document, as the server has it.
  private static String identity(World world) throws IOException {
    Path file = world.lab.lib("srv").resolve("adit").resolve("identity").resolve("identity.json");
    String json = Files.readString(file);
    return json.substring(1, json.indexOf("\"sigs\""));
  }

  private static String agentsClasses(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder, "classes.*")) {
      for (Path file : files) {
        String text = Files.readString(file);
        if (text.contains(" dev.adit.agent.Agent ")) { // not that of the command line
          return text;
        }
      }
    }
    throw new AssertionError("the agent left no list of its classes");
  }

  /// The coordinator gives the lowest free address; released ones rest, so each join takes the
  /// next.
  private static String next(World world) throws IOException {
    int highest = 0;
    String prefix = "";
    for (JsonObject node : ListedNodes.of(world)) {
      String address = ipv4(node);
      int dot = address.lastIndexOf('.');
      prefix = address.substring(0, dot + 1);
      highest = Math.max(highest, Integer.parseInt(address.substring(dot + 1)));
    }
    return prefix + (highest + 1);
  }

  private static String ipv4(JsonObject node) {
    try {
      return node.strings("addresses", 10).stream()
          .filter(address -> address.contains("."))
          .findFirst()
          .orElseThrow();
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// The right host becomes a machine that was never here.
  private static void forget(World world) throws IOException {
    assertThat(world.adit("r", "down").status()).isZero();
    Path state = world.lab.lib("r").resolve("adit");
    try (var files = Files.newDirectoryStream(state)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }
}
