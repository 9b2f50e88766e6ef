package dev.adit.agent;

import static dev.adit.agent.HelperBench.KEY;
import static dev.adit.agent.HelperBench.PORT;
import static dev.adit.agent.HelperBench.SOMEWHERE;
import static dev.adit.agent.HelperBench.ask;
import static dev.adit.agent.HelperBench.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.helper.HelperAnswer;
import dev.adit.core.helper.HelperRequest;
import dev.adit.core.helper.SendRules;
import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.local.LocalFrames;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a helper does for its users, and what it refuses: linux-wireguard-control L-18.
class HelperTest {
  private static final byte[] PROBE =
      Arrays.copyOf(HexFormat.of().parseHex("f561647001000028"), 40);
  private static final byte[] DATA = Arrays.copyOf(new byte[] {4}, 96);
  private static final List<Prefix> RANGES = List.of(Prefix.literal("10.77.0.0/18"));

  @TempDir Path folder;

  private HelperBench bench() throws IOException {
    return new HelperBench(folder, HelperBench.self());
  }

  private static PublicKey key(int seed) {
    return PrivateKey.generate(new Random(seed)).publicKey();
  }

  private static Tunnel.Peer peer(int number) {
    return new Tunnel.Peer(
        key(number), 10_000 + number, List.of(IpAddress.literal("10.77.0." + number)));
  }

  private static Tunnel.Wanted wanted(Tunnel.Peer... peers) {
    return new Tunnel.Wanted(List.of(peers), List.of(IpAddress.literal("10.77.1.1")), RANGES, true);
  }

  // --- refusals

  @Test
  void refusesAUserWhomItDoesNotServe() throws Exception {
    try (var bench = new HelperBench(folder, "65533");
        LocalFrames frames = bench.connect()) {
      assertThat(next(frames)).isInstanceOf(HelperAnswer.Failed.class);
      assertThat(frames.read()).isNull();
      assertThat(bench.helper.counters().refusals(HelperRefusal.FOREIGN_USER)).isOne();
      assertThat(bench.done).isEmpty();
      for (int i = 0; i < 50; i++) { // whoever is first: its claim, or the helper's answer
        assertThatThrownBy(() -> link(bench))
            .hasMessageStartingWith("the helper does not serve user ");
      }
    }
    assertThatThrownBy(() -> new HelperBench(folder, "no-such-user"))
        .hasMessage("--allow-user no-such-user: this machine has no such user");
    assertThatThrownBy(() -> new HelperBench(folder)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAForeignInterface() throws Exception {
    try (var bench = bench();
        LocalFrames frames = bench.connect()) {
      var answer = ask(frames, new HelperRequest.Claim(HelperRequest.VERSION, "eth0", KEY));
      assertThat(answer)
          .isEqualTo(
              new HelperAnswer.Failed(
                  "the helper does not serve interface eth0; start it with --interface eth0"));
      assertThat(frames.read()).isNull();
      assertThat(bench.helper.counters().refusals(HelperRefusal.FOREIGN_INTERFACE)).isOne();
      assertThat(bench.done).isEmpty();
    }
  }

  @Test
  void refusesASecondAgentForTheSameInterface() throws Exception {
    try (var bench = bench();
        LocalFrames _ = bench.claimed();
        LocalFrames second = bench.connect()) {
      var answer = ask(second, new HelperRequest.Claim(HelperRequest.VERSION, "adit0", KEY));
      assertThat(answer).isEqualTo(new HelperAnswer.Failed("another agent has interface adit0"));
      assertThat(bench.helper.counters().refusals(HelperRefusal.BUSY)).isOne();
    }
  }

  @Test
  void refusesFramesThatAreNone() throws Exception {
    try (var bench = bench()) {
      try (LocalFrames early = bench.connect()) {
        assertThat(ask(early, new HelperRequest.Read()))
            .isEqualTo(new HelperAnswer.Failed("the first frame must be a claim"));
      }
      try (LocalFrames old = bench.connect()) {
        assertThat(ask(old, new HelperRequest.Claim(9, "adit0", KEY)))
            .isInstanceOf(HelperAnswer.Failed.class);
      }
      try (LocalFrames unknown = bench.claimed()) {
        unknown.write(new byte[] {77});
        assertThat(next(unknown))
            .isEqualTo(new HelperAnswer.Failed("helper frame: type 77 is none"));
        assertThat(unknown.read()).isNull();
      }
      bench.awaitLeave();
      assertThat(bench.helper.counters().refusals(HelperRefusal.MALFORMED)).isEqualTo(3);
      try (LocalFrames oversize = bench.connect()) {
        oversize.write(new byte[HelperRequest.MAX_FRAME + 1]);
        assertThat(next(oversize))
            .isEqualTo(new HelperAnswer.Failed("a frame of 65537 bytes, allowed 65536"));
      }
      assertThat(bench.helper.counters().refusals(HelperRefusal.FRAME_TOO_LONG)).isOne();
    }
  }

  @Test
  void refusesNetworksThatAreNotPrivate() throws Exception {
    try (var bench = bench();
        LocalFrames frames = bench.claimed()) {
      var all = new HelperRequest.Network(true, List.of(), List.of(Prefix.literal("0.0.0.0/0")));
      assertThat(ask(frames, all))
          .isEqualTo(new HelperAnswer.Failed("a range that is not private"));
      assertThat(bench.applied).isEmpty();
      assertThat(bench.helper.counters().refusals(HelperRefusal.NETWORK)).isOne();
    }
  }

  @Test
  void sendsOnlyWhatItMayAndGoesOn() throws Exception {
    try (var bench = bench();
        LocalFrames frames = bench.claimed()) {
      ask(frames, new HelperRequest.Open(PORT));
      send(frames, PROBE);
      send(frames, DATA);
      send(frames, new byte[64]);
      send(frames, Arrays.copyOf(PROBE, 1_501));
      for (int i = 0; i < SendRules.PER_SECOND; i++) {
        send(frames, PROBE);
      }
      var readings = (HelperAnswer.Readings) ask(frames, new HelperRequest.Read());
      assertThat(readings.unsent()).isEqualTo(2); // the port's
      assertThat(readings.refused()).isEqualTo(4);
      HelperCounters counters = bench.helper.counters();
      assertThat(counters.refusals(HelperRefusal.PAYLOAD_NOT_ALLOWED)).isOne();
      assertThat(counters.refusals(HelperRefusal.PAYLOAD_TOO_LONG)).isOne();
      assertThat(counters.refusals(HelperRefusal.TOO_MANY_SENT)).isEqualTo(2);
      assertThat(bench.done.stream().filter(text -> text.startsWith("probe 40")))
          .hasSize(SendRules.PER_SECOND - 1);
      assertThat(bench.done).contains("data 96 to 192.0.2.1:9");

      bench.now.set(1_000_000_000L);
      bench.done.clear();
      send(frames, PROBE);
      ask(frames, new HelperRequest.Read());
      assertThat(bench.done).containsExactly("probe 40 to 192.0.2.1:9");
    }
  }

  private static void send(LocalFrames frames, byte[] payload) throws IOException {
    frames.write(new HelperRequest.Send(SOMEWHERE, payload).encode());
  }

  // --- the agent's side

  private static HelperLink link(HelperBench bench) throws IOException {
    return HelperLink.connect(bench.socket, "adit0", KEY);
  }

  @Test
  void anAgentsInterfaceIsTheHelpers() throws Exception {
    try (var bench = bench();
        HelperLink link = link(bench)) {
      List<Long> unsent = new ArrayList<>();
      var tunnel = new HelperTunnel(link, "adit0", unsent::add, () -> {});
      tunnel.check();
      assertThat(tunnel.open(7)).isEqualTo(PORT);
      assertThat(tunnel.wireGuard()).isEqualTo("kernel");
      tunnel.apply(wanted(peer(1), peer(2)));
      assertThat(bench.applied).containsExactly(wanted(peer(1), peer(2)));
      tunnel.moveEndpoint(key(1), SOMEWHERE);
      tunnel.routeMtu(key(1), 1_420);
      tunnel.greet(key(2));
      tunnel.pin(key(2), SOMEWHERE);
      tunnel.pin(key(2), null);
      tunnel.pin(key(3), SOMEWHERE); // no peer
      assertThat(bench.done)
          .containsExactly(
              "tunnel adit0",
              "open 7",
              "share " + PORT,
              "move 192.0.2.1:9",
              "mtu 1420",
              "greet",
              "pin 192.0.2.1:9",
              "pin null",
              "pin null");
      List<WireGuardReading> many = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        many.add(new WireGuardReading(key(1), i % 2 == 0 ? null : SOMEWHERE, i, 2L * i, i % 3));
      }
      bench.readings = many;
      assertThat(tunnel.read()).isEqualTo(many);
      assertThat(unsent).containsOnly(2L);
      assertThatThrownBy(
              () -> tunnel.moveEndpoint(key(1), new dev.adit.wire.Endpoint(SOMEWHERE.address(), 0)))
          .hasMessage("no such port");
      tunnel.close();
      assertThat(bench.done).contains("remove", "unshare");
    }
  }

  /// "Deltas so that changing one peer never touches others."
  @Test
  void onePeerMoreOrLessIsAllThatIsTold() throws Exception {
    try (var bench = bench();
        HelperLink link = link(bench)) {
      var tunnel = new HelperTunnel(link, "adit0", unsent -> {}, () -> {});
      tunnel.open(7);
      List<Tunnel.Peer> peers = new ArrayList<>();
      for (int i = 1; i <= 150; i++) {
        peers.add(peer(i));
      }
      tunnel.apply(wanted(peers.toArray(Tunnel.Peer[]::new)));
      Tunnel.Peer removed = peers.removeLast();
      tunnel.apply(wanted(peers.toArray(Tunnel.Peer[]::new)));
      peers.add(removed);
      tunnel.apply(wanted(peers.toArray(Tunnel.Peer[]::new)));
      assertThat(bench.forgotten).isEmpty();
      assertThat(bench.applied.stream().map(wanted -> wanted.peers().size()))
          .containsExactly(150, 149, 150);

      tunnel.forgetPeer(key(3));
      tunnel.apply(wanted(peers.toArray(Tunnel.Peer[]::new)));
      assertThat(bench.forgotten).containsExactly(key(3));
    }
  }

  @Test
  void whatComesToThePortIsHeardByTheAgent() throws Exception {
    try (var bench = bench();
        HelperLink link = link(bench)) {
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      var port = new HelperPort(link, 7, bench.clock);
      port.start((source, payload) -> heard.add(source + " " + payload.length));
      var tunnel = new HelperTunnel(link, "adit0", port::helperUnsent, () -> {});
      port.changePort(tunnel.open(7));
      requireNonNull(bench.listener).received(SOMEWHERE, PROBE);
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("192.0.2.1:9 40");
      assertThat(port.hears()).isFalse(); // nobody listens at that port here
      port.sendProbe(SOMEWHERE, PROBE);
      int sent = 0;
      while (port.send(SOMEWHERE, DATA, 0, DATA.length) && sent < 1_000) {
        sent++;
      }
      assertThat(sent).isBetween(200, 400); // as many as wait, or as data may be
    }
  }

  private static <T> T requireNonNull(@Nullable T value) {
    return java.util.Objects.requireNonNull(value);
  }

  @Test
  void anInterfaceStaysWhenItsAgentDiesAndTheNextOneHasIt() throws Exception {
    try (var bench = bench()) {
      try (LocalFrames killed = bench.claimed()) {
        ask(killed, new HelperRequest.Open(PORT));
      }
      bench.awaitLeave();
      assertThat(bench.done).endsWith("unshare", "leave").doesNotContain("remove");
      try (HelperLink next = link(bench)) {
        assertThat(next.isUp()).isTrue();
        assertThat(next.generation()).isOne();
      }
    }
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> HelperLink.connect(folder.resolve("none.sock"), "adit0", KEY))
        .hasMessage(
            "no helper listens on "
                + folder.resolve("none.sock")
                + "; as root: adit helper --allow-user "
                + HelperBench.self());
  }
}
