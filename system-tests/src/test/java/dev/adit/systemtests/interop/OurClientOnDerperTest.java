package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Our client finds in `derper` what Tailscale's does.
@Interop
class OurClientOnDerperTest extends ClientRules {
  private static final int LIMITED_PACKETS = 20;
  private static final int LIMITED_BYTES = 20_000;

  @Override
  DerpServer start(Stage stage) throws IOException {
    return Derper.start(stage, "derper");
  }

  @Override
  Clients startClients() throws IOException {
    return OurClients.of(stage());
  }

  @Test
  void speaksOverWebSocket() throws IOException {
    OurClients sockets = OurClients.of(stage()).overWebSocket();
    OurClient a = sockets.open("a", ClientOptions.to(server()));
    TestClient b = go().open("b", ClientOptions.to(server()));
    a.send(b, CountingBytes.of(20_000));
    assertThat(b.packet().sha256()).isEqualTo(CountingBytes.sha256(20_000));
    b.send(a, HELLO);
    assertThat(a.packet().peer()).isEqualTo(b.key());
    sockets.closeAll();
  }

  /// derp §8.4: it does not tell of its limit, but reads more slowly; nothing is lost.
  @Test
  void losesNothingByALimit() throws IOException {
    Path limits = stage().folder("limited").resolve("limits.json");
    Files.writeString(
        limits, "{\"PerClientRateLimitBytesPerSec\":200000,\"PerClientRateBurstBytes\":70000}");
    Derper limited = Derper.start(stage(), "limited", "-rate-config=" + limits);
    TestClient a = open("a", ClientOptions.to(limited));
    TestClient b = open("b", ClientOptions.to(limited));
    long begun = Clock.SYSTEM.nanos();
    for (int i = 0; i < LIMITED_PACKETS; i++) {
      a.send(b, CountingBytes.of(LIMITED_BYTES));
    }
    for (int i = 0; i < LIMITED_PACKETS; i++) {
      assertThat(b.packet().sha256()).isEqualTo(CountingBytes.sha256(LIMITED_BYTES));
    }
    assertThat(Duration.ofNanos(Clock.SYSTEM.nanos() - begun))
        .as("what is above the burst, at the rate of the file")
        .isGreaterThan(Duration.ofSeconds(1));
  }

  @Test
  void comesBackWhenTheServerWasStartedAnew() throws IOException {
    int port = stage().freePort();
    Derper first = Derper.start(stage(), "restarted", port, List.of());
    TestClient a = open("a", ClientOptions.to(first).reconnecting());
    first.program().kill();
    a.await(Event.Failed.class);
    Derper second = Derper.start(stage(), "restarted", port, List.of());
    a.await(Event.ServerInfo.class);
    TestClient b = go().open("b", ClientOptions.to(second));
    b.send(a, HELLO);
    assertThat(a.packet().peer()).isEqualTo(b.key());
  }

  @Test
  void connectsThroughAProxyThatAsksForAPassword() throws IOException {
    try (HttpProxy proxy = HttpProxy.start(stage(), server().port(), "someone", "secret")) {
      OurClients behind = OurClients.of(stage()).behindProxy(proxy.url());
      String named = server().node("900a", "").replaceFirst("127.0.0.1", Stage.NAME);
      TestClient a = behind.open("a", ClientOptions.toRegion(DerpServer.region(named)));
      TestClient b = go().open("b", ClientOptions.to(server()));
      a.send(b, HELLO);
      assertThat(b.packet().peer()).isEqualTo(a.key());
      assertThat(proxy.targets()).hasSize(1).first().asString().endsWith(":" + server().port());
      behind.closeAll();
    }
  }

  /// derp §17.38: no root vouches for it, and the hash is that of certificate 0.
  @Test
  void knowsAServerByThePinInTheMap() throws IOException {
    OurClients pinning = OurClients.thatPin();
    TestClient a = pinning.open("a", ClientOptions.toRegion(pinned(stage().pin())));
    TestClient b = go().open("b", ClientOptions.to(server()));
    b.send(a, HELLO);
    assertThat(a.packet().peer()).isEqualTo(b.key());
    String wrong = "00" + stage().pin().substring(2);
    assertThatThrownBy(() -> pinning.openUnheard("wrong", ClientOptions.toRegion(pinned(wrong))))
        .isInstanceOf(UncheckedIOException.class);
    pinning.closeAll();
  }

  private String pinned(String pin) {
    return DerpServer.region(server().node("900a", "\"CertName\":\"sha256-raw:" + pin + "\","));
  }

  @Test
  void speaksWithTailscalesClientWithoutTls() throws IOException {
    Derper plain = Derper.plain(stage(), "plain");
    TestClient ours = open("ours", ClientOptions.to(plain));
    TestClient theirs = go().open("theirs", ClientOptions.to(plain));
    ours.send(theirs, HELLO);
    assertThat(theirs.packet().peer()).isEqualTo(ours.key());
    theirs.send(ours, HELLO);
    assertThat(ours.packet().peer()).isEqualTo(theirs.key());
  }
}
