package dev.adit.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.MalformedException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeshPeerTest {
  private static final String PIN = "sha256-raw:" + "a1".repeat(32);

  @Test
  void readsWhatDerperReads() throws Exception {
    assertThat(MeshPeer.parse("derp1.example"))
        .isEqualTo(new MeshPeer(URI.create("https://derp1.example/derp"), null, ""));
    assertThat(MeshPeer.parse("derp1.example:8443"))
        .isEqualTo(new MeshPeer(URI.create("https://derp1.example:8443/derp"), null, ""));
    assertThat(MeshPeer.parse("derp1.example/10.0.0.1"))
        .isEqualTo(new MeshPeer(URI.create("https://derp1.example/derp"), "10.0.0.1", ""));
  }

  @Test
  void readsFingerprintsAndPlainHttp() throws Exception {
    assertThat(MeshPeer.parse("[2001:db8::1]:444/10.0.0.1=" + PIN))
        .isEqualTo(new MeshPeer(URI.create("https://[2001:db8::1]:444/derp"), "10.0.0.1", PIN));
    assertThat(MeshPeer.parse("http://127.0.0.1:3340"))
        .isEqualTo(new MeshPeer(URI.create("http://127.0.0.1:3340/derp"), null, ""));
  }

  @Test
  void readsAFileWithCommentsAndAListWithCommas() throws Exception {
    assertThat(
            MeshPeer.parseList("# the region\na.example, b.example # two\n\nc.example/10.0.0.3\n"))
        .hasSize(3);
    assertThat(MeshPeer.parseList("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a/b/c",
        "a/",
        "/b",
        "a b",
        "user@a",
        "a=b",
        "a=sha256-raw:12",
        "https://a",
        ":443"
      })
  void refusesTheRest(String text) {
    assertThatThrownBy(() -> MeshPeer.parse(text)).isInstanceOf(MalformedException.class);
  }
}
