package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopbackPortsTest {
  @TempDir Path folder;
  private LoopbackPorts ports;

  @BeforeEach
  void loads() throws IOException {
    ports = LoopbackPorts.load(folder.resolve("loopback.json"), new Random(1));
  }

  @Test
  void givesEachOf4095PeersAPortOfItsOwn() {
    var given = new HashSet<Integer>();
    for (int i = 0; i < LoopbackPorts.MAX_PEERS; i++) {
      int port = ports.portOf(key(i));
      assertThat(port).isBetween(10_000, 19_999);
      assertThat(given.add(port)).isTrue();
    }
    assertThat(given).hasSize(4_095);
    assertThat(ports.portOf(key(7))).isEqualTo(ports.all().get(key(7)));
    assertThatThrownBy(() -> ports.portOf(key(4_095))).isInstanceOf(IllegalStateException.class);
  }

  /// A network whose nodes come and go does not use up the ports.
  @Test
  void drawsPortsForEver() {
    var first = ports.portOf(key(0));
    for (int i = 1; i < 30_000; i++) {
      assertThat(ports.portOf(key(i))).isBetween(10_000, 19_999).isNotEqualTo(first);
      ports.forget(key(i));
    }
    assertThat(ports.all()).containsOnlyKeys(key(0));
  }

  @Test
  void keepsPortsOverARestartAndTakesAnyFile() throws IOException {
    Path file = folder.resolve("loopback.json");
    int port = ports.portOf(key(3));
    ports.save();
    assertThat(LoopbackPorts.load(file, new Random(2)).portOf(key(3))).isEqualTo(port);
    for (String bad : new String[] {"", "{\"x\":10000}", "[]", "{\"" + "A".repeat(43) + "\":9}"}) {
      Files.writeString(file, bad);
      assertThat(LoopbackPorts.load(file, new Random(2)).all()).isEmpty();
    }
  }

  private static PublicKey key(int number) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) number;
    bytes[1] = (byte) (number >> 8);
    return PublicKey.of(bytes);
  }
}
