package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.Clock;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// One node of two is ended as an operator would. Tailscale's client is told of it, ignores that,
/// and goes to the other node as soon as its connection ends.
@Interop
class DrainInteropTest {
  private static final Duration BACK = Duration.ofSeconds(5);

  @Test
  void tailscalesClientIsAtTheOtherNodeSoon() throws IOException {
    try (Stage stage = Stage.open()) {
      AditRelay leaving = AditRelay.start(stage, "leaving");
      AditRelay staying = AditRelay.start(stage, "staying");
      GoClients go = GoClients.start(stage);
      String region = DerpServer.region(leaving.node("900a", ""), staying.node("900b", ""));
      GoClient a = go.open("a", ClientOptions.toRegion(region).reconnecting());
      assertThat(go.metric(leaving, Gauge.CONNECTIONS)).isEqualTo(1);

      leaving.program().handle().destroy();
      assertThat(a.await(Event.Restarting.class).tryForMillis()).isPositive();
      a.await(Event.Failed.class);
      long lost = Clock.SYSTEM.nanos();
      a.await(Event.ServerInfo.class);
      assertThat(Duration.ofNanos(Clock.SYSTEM.nanos() - lost)).isLessThan(BACK);

      assertThat(go.metric(staying, Gauge.CONNECTIONS)).isEqualTo(1);
      assertThat(leaving.program().awaitEnd(Duration.ofSeconds(20))).isNotNegative();
    }
  }
}
