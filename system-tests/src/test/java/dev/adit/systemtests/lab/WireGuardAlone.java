package dev.adit.systemtests.lab;

import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardUapi;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a [Cell] reaches without Adit: two plain `wireguard-go`, each told by hand where the other
/// one's port was seen from outside.
final class WireGuardAlone {
  private static final int PORT = 51820;
  private static final Duration PATIENCE = Duration.ofSeconds(12);
  private static final Duration START = Duration.ofSeconds(10);
  private static final String INTERFACE = "wg0";

  private final Lab lab;
  private final boolean ipv6;
  private final Cell cell;

  private WireGuardAlone(Lab lab, Cell cell) {
    this.lab = lab;
    this.cell = cell;
    ipv6 = cell.leftIsIpv6() || cell.rightIsIpv6();
  }

  /// @return milliseconds until the first answered ping; −1 if there was none
  static long connect(Cell cell) throws IOException {
    if (cell.rightIsIpv6() && !cell.leftIsIpv6() && !cell.isDual(true)) {
      return -1; // no family in common
    }
    try (Lab lab = Lab.up(cell.left(), cell.right())) {
      return new WireGuardAlone(lab, cell).connect();
    }
  }

  private long connect() throws IOException {
    String server = lab.address(ipv6 ? "SRV6" : "SRV4");
    Path log = lab.folder().resolve("outside.log");
    List<String> serve = new ArrayList<>(SwarmProcess.java(OutsideAddress.class));
    serve.addAll(List.of("serve", server));
    Process _ = lab.start("srv", log, serve);
    World.await(START, "the server", () -> text(log).contains("ready"));
    Endpoint left = outside("l", server);
    Endpoint right = outside("r", server);
    if (left == null || right == null) {
      return -1;
    }
    var random = new SecureRandom();
    PrivateKey leftKey = PrivateKey.generate(random);
    PrivateKey rightKey = PrivateKey.generate(random);
    begin("l", leftKey, rightKey, right);
    begin("r", rightKey, leftKey, left);
    long begun = Clock.SYSTEM.nanos();
    try (var there = new PingStream(lab, "l", address("r"), 0.2);
        var _ = new PingStream(lab, "r", address("l"), 0.2)) {
      while (there.firstAnswer() < 0 && Clock.SYSTEM.nanos() < begun + PATIENCE.toNanos()) {
        World.pass(Duration.ofMillis(20));
      }
      return there.firstAnswer() < 0 ? -1 : CellRun.millis(there.firstAnswer() - begun);
    }
  }

  private static String address(String host) {
    return host.equals("l") ? "10.99.0.1" : "10.99.0.2";
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Where a host's port was seen, or is forwarded from; null if nobody answered.
  private @Nullable Endpoint outside(String host, String server) throws IOException {
    if (cell.isForwarded(host)) {
      return Endpoint.literal(
          lab.address(host.equals("l") ? "L_PUBLIC4" : "R_PUBLIC4") + ":" + PORT);
    }
    List<String> ask = new ArrayList<>(SwarmProcess.java(OutsideAddress.class));
    ask.addAll(List.of("ask", server, Integer.toString(PORT)));
    Process asking = lab.converse(host, lab.folder().resolve("ask.log"), ask);
    String answer =
        new String(asking.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    return answer.isEmpty() ? null : Endpoint.literal(answer);
  }

  private void begin(String host, PrivateKey own, PrivateKey peer, Endpoint at) throws IOException {
    Process _ =
        lab.start(
            host,
            lab.folder().resolve("wireguard-" + host + ".log"),
            List.of("wireguard-go", "-f", INTERFACE));
    Path socket = lab.run(host).resolve("wireguard").resolve(INTERFACE + ".sock");
    World.await(START, "wireguard-go on " + host, () -> Files.exists(socket));
    try (WireGuardUapi device = WireGuardUapi.open(INTERFACE, socket)) {
      device.apply(
          new WireGuardChange()
              .privateKey(own)
              .listenPort(PORT)
              .upsert(
                  peer.publicKey(),
                  at,
                  List.of(Prefix.literal(address(host.equals("l") ? "r" : "l") + "/32"))));
    }
    String namespace = lab.namespace(host);
    for (String words :
        List.of("addr add " + address(host) + "/24 dev wg0", "link set wg0 mtu 1380 up")) {
      List<String> command = new ArrayList<>(List.of("ip", "-n", namespace));
      command.addAll(List.of(words.split(" ")));
      var _ = Outcome.mustSucceed(command);
    }
  }
}
