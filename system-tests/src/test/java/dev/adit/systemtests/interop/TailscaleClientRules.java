package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// What Tailscale's `derphttp` client may expect of any DERP server, ours or `derper`.
abstract class TailscaleClientRules extends ClientRules {
  @Override
  final Clients startClients() {
    return go();
  }

  @Test
  void comesBackAfterItsConnectionBroke() {
    GoClient a = go().open("a", ClientOptions.to(server()).reconnecting());
    TestClient b = open("b");
    for (String how : new String[] {"rst", "fin"}) {
      a.breakConnection(how);
      a.await(Event.Failed.class);
      a.await(Event.ServerInfo.class);
      b.send(a, HELLO);
      a.packet();
    }
  }

  @Test
  void connectsThroughAProxyThatAsksForAPassword() throws IOException {
    try (HttpProxy proxy = HttpProxy.start(stage(), server().port(), "someone", "secret")) {
      GoClients behind = GoClients.behindProxy(stage(), proxy.url());
      String named = server().node("900a", "").replaceFirst("127.0.0.1", Stage.NAME);
      TestClient a = behind.open("a", ClientOptions.toRegion(DerpServer.region(named)));
      TestClient b = open("b");
      a.send(b, HELLO);
      b.packet();
      assertThat(proxy.targets()).containsExactly(Stage.NAME + ":" + server().port());
      a.close();
    }
  }

  /// derp §17.8, derp §17.37: their client reads no HTTP answer, and has the server's key from the
  /// handshake.
  @Test
  void startsFastWithTheKeyFromTheHandshake() {
    GoClient a = go().open("a", ClientOptions.to(server()));
    assertThat(a.fact("tls")).isEqualTo("TLS 1.3");
    assertThat(a.certificates()).as("the server's, and the one with its key").isEqualTo(2);
    TestClient b = open("b");
    b.send(a, HELLO);
    assertThat(a.packet().peer()).isEqualTo(b.key());
  }

  @Test
  void speaksOverWebSocket() throws IOException {
    GoClients browsers = GoClients.overWebSocket(stage());
    GoClient a = browsers.open("a", ClientOptions.to(server()));
    TestClient b = open("b");
    a.send(b, HELLO);
    assertThat(b.packet().peer()).isEqualTo(a.key());
    b.send(a, CountingBytes.of(20_000));
    assertThat(a.packet().sha256()).isEqualTo(CountingBytes.sha256(20_000));
    a.ping();
    a.close();
  }
}
