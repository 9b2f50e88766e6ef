package dev.adit.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputOptionTest {
  private static final String NODES =
      """
      {"nodes":[{"name":"alpha","addresses":["10.77.0.1","fd00::1"],"removed":null,"uses":3,"tags":[]},\
      {"name":"true","addresses":[],"removed":false,"uses":-1,"tags":{}}]}\
      """;

  @Test
  void indentsJson() throws Exception {
    assertThat(printed(OutputOption.Format.JSON, NODES))
        .isEqualTo(
            """
            {
              "nodes": [
                {
                  "name": "alpha",
                  "addresses": [
                    "10.77.0.1",
                    "fd00::1"
                  ],
                  "removed": null,
                  "uses": 3,
                  "tags": []
                },
                {
                  "name": "true",
                  "addresses": [],
                  "removed": false,
                  "uses": -1,
                  "tags": {}
                }
              ]
            }
            """);
  }

  @Test
  void writesYamlAndQuotesWhatCouldBeMistaken() throws Exception {
    assertThat(printed(OutputOption.Format.YAML, NODES))
        .isEqualTo(
            """
            nodes:
              - name: alpha
                addresses:
                  - "10.77.0.1"
                  - "fd00::1"
                removed: null
                uses: 3
                tags: []
              - name: "true"
                addresses: []
                removed: false
                uses: -1
                tags: {}
            """);
  }

  @Test
  void writesYamlOfListsAndBareValues() throws Exception {
    assertThat(Yaml.of(Json.parse("[[1,2],[],\"a: b\"]")))
        .isEqualTo("- - 1\n  - 2\n- []\n- \"a: b\"\n");
    assertThat(Yaml.of("plain")).isEqualTo("plain\n");
  }

  @Test
  void alignsTheColumnsOfATable() throws Exception {
    assertThat(printed(OutputOption.Format.TABLE, NODES))
        .isEqualTo(
            """
            NAME   ADDRESSES
            alpha  10.77.0.1, fd00::1
            true   -
            """);
  }

  private static String printed(OutputOption.Format format, String json) throws MalformedException {
    OutputOption output = new OutputOption();
    output.format = format;
    StringWriter text = new StringWriter();
    output.print(new PrintWriter(text), json, OutputOptionTest::table);
    return text.toString();
  }

  private static String table(JsonObject value) throws MalformedException {
    Table table = new Table("NAME", "ADDRESSES");
    List<JsonObject> nodes = value.objects("nodes", 10);
    for (JsonObject node : nodes) {
      table.row(node.string("name"), String.join(", ", node.strings("addresses", 10)));
    }
    return table.toString();
  }
}
