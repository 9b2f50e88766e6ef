package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Counters;
import dev.adit.cli.lab.Counters.Count;
import dev.adit.cli.lab.Counters.Place;
import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The lab that all other scenarios trust: does it count, block and remove as it says?
class LabTest {
  private static final int HEADERS = 28; // IPv4 and UDP

  @LabScenario("lab-counts-between-sites")
  void countsWhatPassesBetweenTheSites() throws IOException {
    try (Lab lab = Lab.up("direct+v4", "portcone+v4")) {
      Counters before = lab.counters();
      send(lab, "l", lab.address("R_PUBLIC4"), "12345678");
      send(lab, "r", lab.address("L_HOST4"), "1234");
      send(lab, "r", lab.address("SRV4"), "12");
      Counters passed = lab.counters().since(before);

      assertThat(passed.count(Place.CORE, "l", "r", "udp")).isEqualTo(new Count(1, HEADERS + 8));
      assertThat(passed.count(Place.CORE, "r", "l", "udp")).isEqualTo(new Count(1, HEADERS + 4));
      assertThat(passed.count(Place.CORE, "r", "srv", "udp")).isEqualTo(new Count(1, HEADERS + 2));
      assertThat(passed.count(Place.CORE, "l", "srv")).isEqualTo(new Count(0, 0));
    }
  }

  @LabScenario("lab-counts-on-a-common-lan")
  void countsOnTheSwitchWhatStaysOnTheLan() throws IOException {
    try (Lab lab = Lab.up("portcone+v4", "same+v4")) {
      send(lab, "l", lab.address("R_HOST4"), "12345678");
      send(lab, "r", lab.address("SRV4"), "1234");
      Counters passed = lab.counters();

      assertThat(passed.count(Place.BRIDGE, "l", "r", "udp")).isEqualTo(new Count(1, HEADERS + 8));
      assertThat(passed.count(Place.CORE, "l", "r", "udp")).isEqualTo(new Count(0, 0));
      assertThat(passed.count(Place.CORE, "l", "srv", "udp")).isEqualTo(new Count(1, HEADERS + 4));
    }
  }

  @LabScenario("lab-of-many-sites")
  void takesMoreThanTwoSitesAndSeveralServers() throws IOException {
    List<String> sites = List.of("direct+v4", "cgnat+v4", "sym+v4", "fullcone+v4");
    try (Lab lab = Lab.up(sites, 2)) {
      assertThat(lab.address("SITES")).isEqualTo("l r s3 s4");
      assertThat(lab.address("SERVERS")).isEqualTo("srv srv2");
      send(lab, "s3", lab.address("L_HOST4"), "12345678");
      send(lab, "r", lab.address("SRV2_4"), "1234");
      lab.turn("s4", "block-oneway", "l");
      send(lab, "s4", lab.address("L_HOST4"), "lost");
      send(lab, "s4", lab.address("SRV4"), "12");
      Counters passed = lab.counters();

      assertThat(passed.count(Place.CORE, "s3", "l", "udp")).isEqualTo(new Count(1, HEADERS + 8));
      assertThat(passed.count(Place.CORE, "r", "srv2", "udp")).isEqualTo(new Count(1, HEADERS + 4));
      assertThat(passed.count(Place.CORE, "s4", "l", "udp")).isEqualTo(new Count(0, 0));
      assertThat(passed.count(Place.CORE, "s4", "srv", "udp")).isEqualTo(new Count(1, HEADERS + 2));
    }
  }

  @LabScenario("lab-blocks-one-way")
  void blocksOneWayOnly() throws IOException {
    try (Lab lab = Lab.up("direct", "direct")) {
      lab.turn("l", "block-oneway");
      send(lab, "l", lab.address("R_HOST4"), "lost");
      send(lab, "l", lab.address("R_HOST6"), "lost");
      send(lab, "r", lab.address("L_HOST4"), "arrives");
      send(lab, "l", lab.address("SRV4"), "arrives");
      Counters blocked = lab.counters();
      assertThat(blocked.count(Place.CORE, "l", "r", "udp").packets()).isZero();
      assertThat(blocked.count(Place.CORE, "r", "l", "udp").packets()).isEqualTo(1);
      assertThat(blocked.count(Place.CORE, "l", "srv", "udp").packets()).isEqualTo(1);

      lab.turn("l", "unblock-oneway");
      send(lab, "l", lab.address("R_HOST4"), "arrives");
      assertThat(lab.counters().since(blocked).count(Place.CORE, "l", "r", "udp").packets())
          .isEqualTo(1);
    }
  }

  @LabScenario("lab-removes-what-a-killed-run-left")
  void removesWhatAKilledRunLeft() throws Exception {
    Lab killed = Lab.up("fw+v6", "fw+v6");
    Process inside = killed.start("l", Path.of("/dev/null"), List.of("sleep", "1000"));
    Files.writeString(killed.folder().resolve("owner"), "1 not-the-start-of-this-process\n");

    assertThat(Lab.removeLeftovers()).contains(killed.prefix());

    assertThat(inside.waitFor()).isNotZero();
    assertThat(killed.folder()).doesNotExist();
    assertThat(Outcome.mustSucceed(List.of("ip", "netns"))).doesNotContain(killed.prefix());
  }

  /// One datagram, by the shell: nobody has to listen.
  private static void send(Lab lab, String node, String to, String text) throws IOException {
    Outcome sent = lab.exec(node, "bash", "-c", "printf %s \"$1\" > \"/dev/udp/$0/9\"", to, text);
    assertThat(sent.status()).as(sent.output()).isZero();
  }
}
