package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.MalformedException;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DerpMapTest {
  private static final DerpNode PLAIN = DerpNode.of("1a", 1, "derp1.example.com");
  private static final DerpNode FULL =
      new DerpNode(
          "900a",
          900,
          "192.0.2.1",
          "sha256-raw:" + "ab".repeat(32),
          "192.0.2.1",
          "none",
          -1,
          true,
          8443,
          true,
          "192.0.2.9",
          true);
  private static final String JSON =
      """
      {"HomeParams":{"RegionScore":{"1":0.5,"900":2}},\
      "Regions":{"1":{"RegionID":1,"RegionCode":"a","RegionName":"A","Latitude":52.5,"Longitude":-13,\
      "NoMeasureNoHome":true,"Nodes":[{"Name":"1a","RegionID":1,"HostName":"derp1.example.com"}]},\
      "900":{"RegionID":900,"RegionCode":"mine","RegionName":"My own","Nodes":[\
      {"Name":"900a","RegionID":900,"HostName":"192.0.2.1","CertName":"sha256-raw:PIN",\
      "IPv4":"192.0.2.1","IPv6":"none","STUNPort":-1,"STUNOnly":true,"DERPPort":8443,\
      "InsecureForTests":true,"STUNTestIP":"192.0.2.9","CanPort80":true}]}},"omitDefaultRegions":true}\
      """
          .replace("PIN", "ab".repeat(32));

  @Test
  void writesAndReadsEveryMemberUnderItsName() throws Exception {
    var scores = new TreeMap<Long, Double>();
    scores.put(1L, 0.5);
    scores.put(900L, 2.0);
    var map =
        new DerpMap(
            DerpMap.of(
                    List.of(
                        new DerpRegion(1, "a", "A", 52.5, -13, false, true, List.of(PLAIN)),
                        DerpRegion.of(900, "mine", "My own", List.of(FULL))))
                .regions(),
            scores,
            true);
    assertThat(map.toJson()).isEqualTo(JSON);
    assertThat(read(JSON)).isEqualTo(map);
    assertThat(map.score(1)).isEqualTo(0.5);
    assertThat(map.score(2)).isEqualTo(1);
  }

  @Test
  void knowsThePortsThatAreNotSaid() {
    assertThat(PLAIN.derpAt()).isEqualTo(443);
    assertThat(PLAIN.stunAt()).isEqualTo(3478);
    assertThat(FULL.derpAt()).isEqualTo(8443);
    assertThat(FULL.stunAt()).isEqualTo(-1);
    assertThat(PLAIN.isForTests()).isFalse();
    assertThat(FULL.isForTests()).isTrue();
  }

  @Test
  void readsAsItsReferenceDoes() throws Exception {
    var map =
        read(
            """
            {"future":[{"x":1.5e3}],"regions":{"7":null,
             "1":{"regionid":1,"Regioncode":"first","RegionCode":"x","Latitude":null,"Nodes":[
               {"NAME":"1a","HostName":"a","StunPort":null,"More":{}},{"Name":"1b","HostName":"b"}]}},
             "HomeParams":{"RegionScore":{"1":0,"2":-1,"3":1e-3}}}
            """);
    assertThat(map.regions()).containsOnlyKeys(1L);
    var region = java.util.Objects.requireNonNull(map.regions().get(1L));
    assertThat(region.code()).isEqualTo("x");
    assertThat(region.nodes())
        .containsExactly(DerpNode.of("1a", 1, "a"), DerpNode.of("1b", 1, "b"));
    assertThat(map.scores()).containsOnlyKeys(3L).containsEntry(3L, 0.001);
    assertThat(read("{}")).isEqualTo(DerpMap.of(List.of()));
    assertThat(read("{\"Regions\":null,\"HomeParams\":null}").regions()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{} {}",
        "{\"Regions\":[]}",
        "{\"Regions\":{\"0\":{\"RegionID\":0}}}",
        "{\"Regions\":{\"01\":{\"RegionID\":1}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":2}}}",
        "{\"Regions\":{\"1\":{}}}",
        "{\"Regions\":{\"9007199254740992\":{\"RegionID\":9007199254740992}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[{\"Name\":\"a\"}]}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[{\"HostName\":\"a\"}]}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[{\"Name\":\"a\",\"HostName\":\"a b\"}]}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[{\"Name\":\"a\\r\\n\",\"HostName\":\"a\"}]}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[{\"Name\":\"a\",\"HostName\":\"a\","
            + "\"RegionID\":2}]}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[{\"Name\":\"a\",\"HostName\":\"a\","
            + "\"DERPPort\":65536}]}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[{\"Name\":\"a\",\"HostName\":\"a\","
            + "\"STUNPort\":-2}]}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[{\"Name\":\"a\",\"HostName\":\"a\","
            + "\"STUNOnly\":1}]}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Latitude\":\"x\"}}}",
        "{\"Regions\":{\"1\":{\"RegionID\":1,\"Latitude\":1e999}}}",
      })
  void refusesAMapThatCouldNotBeUsed(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(MalformedException.class);
  }

  @Test
  void refusesTwoNodesOfOneName() {
    String node = "{\"Name\":\"a\",\"HostName\":\"a\"}";
    assertThatThrownBy(() ->
            read(
                "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[NODE]},\"2\":{\"RegionID\":2,\"Nodes\":[NODE]}}}"
                    .replace("NODE", node)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("two nodes");
  }

  @Test
  void refusesWhatIsTooMuch() {
    assertThatThrownBy(() -> DerpMap.fromJson(new byte[DerpMap.MAX_BYTES + 1]))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("1048577 bytes, allowed 1048576");
    assertThatThrownBy(() -> read("[".repeat(5000))).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() ->
            read(
                "{\"Regions\":{\"1\":{\"RegionID\":1,\"Nodes\":[null"
                    + ",null".repeat(256)
                    + "]}}}"))
        .isInstanceOf(MalformedException.class);
  }

  private static DerpMap read(String json) throws MalformedException {
    return DerpMap.fromJson(json.getBytes(UTF_8));
  }
}
