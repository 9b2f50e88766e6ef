package dev.adit.net.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/// A company behind one NAT loses its way out for a moment, and all its agents come again at once.
class ManyBehindOneAddressTest {
  private static final int AGENTS = 500;
  private static final int TIMES = 4;

  @Test
  void fiveHundredAgentsComeAgainAndAgain() throws IOException {
    var config = FrontDoorConfig.of(List.of(Endpoint.literal("127.0.0.1:0")), null);
    var routes =
        new RequestRoutes()
            .derp(connection -> new Echo(connection, new LinkedBlockingQueue<>()), "07".repeat(32));
    try (var door = FrontDoor.start(config, routes)) {
      for (int time = 0; time < TIMES; time++) {
        List<RawClient> agents = new ArrayList<>();
        try {
          for (int i = 0; i < AGENTS; i++) {
            agents.add(RawClient.connect(door.listening().getFirst()));
          }
          for (var agent : agents) {
            agent.send("GET /derp HTTP/1.1\r\nUpgrade: DERP\r\nDerp-Fast-Start: 1\r\n\r\nproven");
          }
          for (var agent : agents) {
            assertThat(agent.text("welcomeproven".length())).isEqualTo("welcomeproven");
          }
        } finally {
          for (var agent : agents) {
            agent.close();
          }
        }
      }
    }
  }
}
