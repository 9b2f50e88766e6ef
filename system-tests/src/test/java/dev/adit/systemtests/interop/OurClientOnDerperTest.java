package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Our client finds in `derper` what Tailscale's does.
@Interop
class OurClientOnDerperTest extends ClientRules {
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
