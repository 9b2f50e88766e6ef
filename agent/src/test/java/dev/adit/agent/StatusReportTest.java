package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusReportTest {
  private static final StatusReport REPORT =
      new StatusReport(
          new StatusReport.Self(
              "019a0000-0000-7000-8000-0000000000b1", "laptop", "default", List.of("10.77.0.1")),
          "mux",
          "not permitted",
          "wireguard-go 0.0.20220316",
          "https://vpn.example.org",
          "ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ",
          true,
          null,
          List.of("a note"),
          List.of(
              new StatusReport.Peer(
                  "019a0000-0000-7000-8000-0000000000b2",
                  "tower",
                  List.of("10.77.0.2", "fd5a:1d17:77:1::2"),
                  "direct",
                  "192.0.2.2:41000",
                  true,
                  null,
                  12_034,
                  1420,
                  "",
                  1_000,
                  2_000),
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
                  0)));

  @Test
  void looksAsTheGoldenFile() throws IOException {
    assertThat(REPORT.toJson(true)).isEqualTo(golden("status.json"));
  }

  @Test
  void hidesEndpointsFromOrdinaryUsers() {
    assertThat(REPORT.toJson(false)).doesNotContain("192.0.2.2").contains("\"direct\"");
  }

  private static String golden(String name) throws IOException {
    try (var in = StatusReportTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
