package dev.adit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Counters;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final long BYTES = 1_000_000;
  private static final Row DIRECT = row("port-port");
  private static final Row RELAY = row("sym-sym");
  private static final Row SAME_LAN = row("same-lan");

  @Test
  void acceptsADirectPathThatBothAgentsReportAndTheCoreRouterSaw() throws Exception {
    Verdict verdict = judge(DIRECT, "direct", "direct", core("l_r_udp", 1_050_000));
    assertThat(verdict).isEqualTo(new Verdict(Row.Path.DIRECT, null));
  }

  @Test
  void refusesADirectPathThatOneAgentDoesNotReport() throws Exception {
    Verdict verdict = judge(DIRECT, "direct", "derp", core("l_r_udp", 1_050_000));
    assertThat(verdict.reason())
        .isEqualTo("agents report direct (left) and derp (right), expected direct");
  }

  @Test
  void refusesADirectPathThatCarriedTooLittle() throws Exception {
    Verdict verdict =
        judge(DIRECT, "direct", "direct", core("l_r_udp", 949_999), core("l_srv_tcp", 90_000));
    assertThat(verdict.isGood()).isFalse();
    assertThat(verdict.reason())
        .isEqualTo(
            "agents report direct, but the routers saw 94 % of the transfer between the sites and"
                + " 9 % to the relay");
  }

  @Test
  void acceptsARelayThatCarriedEverything() throws Exception {
    Verdict verdict =
        judge(RELAY, "derp", "derp", core("l_srv_tcp", 1_080_000), core("r_l_udp", 9_999));
    assertThat(verdict).isEqualTo(new Verdict(Row.Path.RELAY, null));
  }

  @Test
  void refusesARelayedPathBesideWhichDataWentDirectly() throws Exception {
    assertThat(judge(RELAY, "derp", "derp", core("l_srv_tcp", 990_000), core("l_r_udp", 10_000)))
        .extracting(Verdict::seen, Verdict::isGood)
        .containsExactly(null, false);
    assertThat(judge(RELAY, "derp", "derp", core("l_srv_tcp", 990_000), core("r_l_tcp", 10_000)))
        .extracting(Verdict::isGood)
        .isEqualTo(false);
  }

  @Test
  void refusesADirectPathWhereTheRelayIsExpected() throws Exception {
    Verdict verdict = judge(RELAY, "direct", "direct", core("l_r_udp", 1_050_000));
    assertThat(verdict)
        .isEqualTo(new Verdict(Row.Path.DIRECT, "agents report direct, expected derp"));
  }

  @Test
  void looksAtTheSwitchOfACommonLan() throws Exception {
    assertThat(judge(SAME_LAN, "direct", "direct", bridge("l_r_udp", 1_050_000)).isGood()).isTrue();
    assertThat(judge(SAME_LAN, "direct", "direct", core("l_r_udp", 1_050_000)).isGood()).isFalse();
  }

  @Test
  void refusesACommonLanWhosePacketsWentRoundByTheCore() throws Exception {
    Verdict verdict =
        judge(SAME_LAN, "direct", "direct", bridge("l_r_udp", 1_050_000), core("l_l_udp", 10_000));
    assertThat(verdict.isGood()).isFalse();
  }

  private static Verdict judge(Row row, String left, String right, String... counters)
      throws MalformedException {
    return Verdict.of(row, left, right, Counters.parse(String.join("\n", counters)), BYTES);
  }

  private static String core(String name, long bytes) {
    return counter("inet", name, bytes);
  }

  private static String bridge(String name, long bytes) {
    return counter("bridge", name, bytes);
  }

  /// As `nft -j list table` prints it.
  private static String counter(String family, String name, long bytes) {
    JsonWriter json = new JsonWriter().beginObject().name("nftables").beginArray();
    json.beginObject().name("metainfo").beginObject().member("version", "1.0.6").endObject();
    json.endObject().beginObject().name("counter").beginObject();
    json.member("family", family).member("name", name).member("table", "natlabcount");
    json.member("packets", bytes / 1000).member("bytes", bytes).endObject().endObject();
    return json.endArray().endObject().toString();
  }

  private static Row row(String name) {
    return Row.ALL.stream().filter(row -> row.name().equals(name)).findAny().orElseThrow();
  }
}
