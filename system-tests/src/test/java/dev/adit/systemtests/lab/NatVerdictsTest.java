package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Lab;
import dev.adit.net.local.LocalClient;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;

/// What `adit netcheck` says of every kind of NAT and firewall that the lab can build, against a
/// server with two addresses of each family.
///
///     l ── lgw ══ inet ══ rgw ── r
///                  │
///                 srv   SRV4:3478  SRV4:3479  SRV4B:3478  SRV4B:3479, and IPv6
class NatVerdictsTest {
  private static final String FIREWALL = "firewall eim apdf";
  private static final String PORT_RESTRICTED = "port_restricted eim apdf";
  private static final String SYMMETRIC = "symmetric apdm apdf random";
  private static final String BLOCKED = "udp_blocked unknown unknown";

  /// One side of a lab, and the verdicts about it: class, mapping, filtering, and, of a hard NAT,
  /// how it chooses ports. Those that this lab does not know are left out.
  private record Side(String name, String v4, String v6) {}

  /// Two that follow each other share a lab.
  private static final List<Side> SIDES =
      List.of(
          new Side("direct", "open eim eif", "open eim eif"),
          new Side("fw", FIREWALL, FIREWALL),
          new Side("fullcone", "full_cone eim eif", FIREWALL),
          new Side("addrcone+shift", "address_restricted eim adf", FIREWALL),
          new Side("portcone", PORT_RESTRICTED, FIREWALL),
          new Side("sym", SYMMETRIC, FIREWALL),
          new Side("udpblock", BLOCKED, BLOCKED),
          new Side("portcone+shift", PORT_RESTRICTED, FIREWALL),
          new Side("addrcone", "address_restricted eim adf", FIREWALL),
          new Side("fullcone+shift", "full_cone eim eif", FIREWALL),
          new Side("linux", PORT_RESTRICTED, FIREWALL),
          new Side("adm", "symmetric adm apdf", FIREWALL),
          new Side("symseq", "symmetric apdm apdf sequential", FIREWALL),
          new Side("cgnat", PORT_RESTRICTED, FIREWALL),
          new Side("cgnatport", PORT_RESTRICTED, FIREWALL),
          new Side("cgnatsym", SYMMETRIC, FIREWALL),
          new Side("tcp443", BLOCKED, BLOCKED),
          new Side("portcone+leaky", PORT_RESTRICTED, FIREWALL),
          new Side("udpblock+reject", BLOCKED, BLOCKED),
          new Side("portcone+nat66", PORT_RESTRICTED, SYMMETRIC));

  @LabScenario("nat-verdicts")
  void saysOfEveryLabNatWhatItIs() throws IOException {
    String known = knownToTheLab();
    List<Side> sides = new ArrayList<>();
    for (Side side : SIDES) {
      boolean all = true;
      String[] words = side.name.split("\\+", -1);
      for (int i = 0; i < words.length; i++) {
        all &= known.contains("\n  " + (i == 0 ? "" : "+") + words[i] + " ");
      }
      if (all) {
        sides.add(side);
      }
    }
    for (String type : types(known)) {
      assertThat(sides).as("a type of the lab: " + type).anyMatch(s -> s.name.startsWith(type));
    }
    Map<String, String> found = new ConcurrentHashMap<>();
    Map<String, String> expected = new TreeMap<>();
    sides.forEach(side -> expected.put(side.name, side.v4 + " / " + side.v6));
    // Most of the time is waiting for answers that do not come: two labs share it.
    List<Future<?>> labs = new ArrayList<>();
    try (var executor = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < sides.size(); i += 2) {
        Side left = sides.get(i);
        Side right = sides.get(Math.min(i + 1, sides.size() - 1));
        labs.add(
            executor.submit(() -> {
              measure(left, right, found);
              return null;
            }));
      }
    }
    for (Future<?> lab : labs) {
      assertThat(lab).succeedsWithin(Duration.ZERO);
    }
    SoftAssertions.assertSoftly(softly ->
        expected.forEach(
            (name, verdict) -> softly.assertThat(found.get(name)).as(name).isEqualTo(verdict)));
  }

  private static void measure(Side left, Side right, Map<String, String> found) throws IOException {
    try (World world = World.empty(left.name, right.name)) {
      Lab lab = world.lab;
      world.serve(
          "--address",
          lab.address("SRV6"),
          "--address",
          lab.address("SRV6B"),
          "--stun-other",
          lab.address("SRV4B") + ":3479",
          "--stun-other",
          "[" + lab.address("SRV6B") + "]:3479");
      long _ = world.up("l");
      long _ = world.up("r");
      World.await(
          Duration.ofSeconds(20),
          () -> "verdicts of " + report(lab, "l") + report(lab, "r"),
          () -> isDone(lab, "l") && isDone(lab, "r"));
      found.put(left.name, verdicts(lab, "l"));
      found.put(right.name, verdicts(lab, "r"));
      if (left.name.equals("direct")) {
        var said = world.adit("r", "netcheck");
        assertThat(said.output())
            .contains("IPv4: no NAT, but a firewall", "let in from another port", "none, 3 tries");
      }
    }
  }

  private static boolean isDone(Lab lab, String host) {
    try {
      for (JsonObject family : report(lab, host).objects("families", 2)) {
        boolean settled =
            family.string("certainty").equals("measured")
                || family.strings("gaps", 20).stream().anyMatch(gap -> !gap.equals("not_yet"));
        if (!settled) {
          return false;
        }
      }
      return true;
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// `class mapping filtering allocation` of IPv4 and IPv6, and what is not certain.
  private static String verdicts(Lab lab, String host) {
    try {
      List<String> texts = new ArrayList<>();
      for (JsonObject family : report(lab, host).objects("families", 2)) {
        String allocation = family.string("allocation");
        String gaps = String.join(" ", family.strings("gaps", 20));
        texts.add(
            (family.string("class")
                    + " "
                    + family.string("mapping")
                    + " "
                    + family.string("filtering")
                    + (allocation.equals("unknown") ? "" : " " + allocation)
                    + " "
                    + gaps)
                .strip());
      }
      return String.join(" / ", texts);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonObject report(Lab lab, String host) {
    try {
      Path socket = lab.run(host).resolve("adit").resolve("agent.sock");
      return Json.parseReport(
          World.text(LocalClient.request(socket, "GET", "/v1/netcheck", new byte[0]).body()));
    } catch (IOException | MalformedException e) {
      throw new AssertionError("netcheck of " + host, e);
    }
  }

  private static String knownToTheLab() throws IOException {
    try (@Nullable InputStream script = Lab.class.getResourceAsStream("natlab.sh")) {
      if (script == null) {
        throw new IOException("resource natlab.sh is missing");
      }
      return World.text(script.readAllBytes());
    }
  }

  /// Those that may stand on the left.
  private static List<String> types(String script) {
    List<String> types = new ArrayList<>();
    int begin = script.indexOf("\ntypes\n");
    Matcher lines =
        Pattern.compile("\n  (\\w+) +(\\S.*)")
            .matcher(script.substring(begin, script.indexOf("\noptions\n")));
    while (lines.find()) {
      if (!lines.group(2).startsWith("(not the first)")) {
        types.add(lines.group(1));
      }
    }
    return types;
  }
}
