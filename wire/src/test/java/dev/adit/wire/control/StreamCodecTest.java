package dev.adit.wire.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.NoiseTransport;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.StreamCodec.Frame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class StreamCodecTest {
  private final StreamCodec agent = new StreamCodec(true, StreamCodec.MAX_TO_AGENT);
  private final StreamCodec coordinator = new StreamCodec(false, StreamCodec.MAX_TO_COORDINATOR);

  @Test
  void carriesValuesOfAnyLength() throws MalformedException {
    for (int length : new int[] {0, 1, 65_518, 65_519, 200_000}) {
      String json = "x".repeat(length);
      assertThat(read(coordinator, StreamCodec.write(json, false))).isEqualTo(json);
      assertThat(read(agent, StreamCodec.write(json, true))).isEqualTo(json);
    }
  }

  @Test
  void fillsNoiseMessagesToTheBrim() {
    var messages = StreamCodec.write("x".repeat(65_519), false);
    assertThat(messages).hasSize(2);
    assertThat(messages.get(0)).hasSize(NoiseTransport.MAX_PLAINTEXT_BYTES).startsWith(1);
    assertThat(messages.get(1)).containsExactly(0, 'x');
  }

  @Test
  void compressesLongValuesTowardsTheAgent() throws Exception {
    String json = "map ".repeat(100_000);
    var messages = StreamCodec.write(json, true);
    assertThat(messages).hasSize(1);
    assertThat(messages.getFirst()[0]).isEqualTo((byte) 2);
    var gzip = new ByteArrayInputStream(messages.getFirst());
    assertThat(gzip.read()).isEqualTo(2);
    assertThat(new GZIPInputStream(gzip).readAllBytes()).isEqualTo(json.getBytes(UTF_8));
  }

  @Test
  void readsTheGzipOfOthers() throws Exception {
    var out = new ByteArrayOutputStream();
    out.write(2);
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write("{\"type\":\"x\"}".getBytes(UTF_8));
    }
    assertThat(read(agent, List.of(out.toByteArray()))).isEqualTo("{\"type\":\"x\"}");
    assertThatThrownBy(() -> coordinator.read(out.toByteArray()))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void answersPingsBetweenTheParts() throws MalformedException {
    byte[] data = Samples.rising(0, 8);
    assertThat(coordinator.read(new byte[] {1, 'a'})).isInstanceOf(Frame.Part.class);
    assertThat(coordinator.read(StreamCodec.ping(data)))
        .isInstanceOfSatisfying(Frame.Ping.class, ping -> assertThat(ping.data()).isEqualTo(data));
    assertThat(coordinator.read(StreamCodec.pong(data))).isInstanceOf(Frame.Pong.class);
    assertThat(coordinator.read(new byte[] {6, 1, 2})).isEqualTo(new Frame.Unknown(6));
    assertThat(read(coordinator, List.of(new byte[] {0, 'b'}))).isEqualTo("ab");
  }

  @Test
  void endsTheStreamOnNonsense() {
    for (byte[] bad : new byte[][] {{}, {4, 1, 2}, {5, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {2, 1}}) {
      assertThatThrownBy(() -> agent.read(bad)).isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void refusesPartsInTwoEncodings() throws MalformedException {
    agent.read(new byte[] {3, 1});
    assertThatThrownBy(() -> agent.read(new byte[] {0, 1})).isInstanceOf(MalformedException.class);
  }

  @Test
  void boundsValuesBeforeAndAfterInflating() throws Exception {
    var small = new StreamCodec(true, 100);
    assertThat(read(small, StreamCodec.write("x".repeat(100), false))).hasSize(100);
    assertThatThrownBy(() -> read(small, StreamCodec.write("x".repeat(101), false)))
        .isInstanceOf(MalformedException.class);
    small.limit(20_000);
    assertThat(read(small, StreamCodec.write("x".repeat(20_000), true))).hasSize(20_000);
    assertThatThrownBy(() -> read(small, StreamCodec.write("x".repeat(20_001), true)))
        .hasMessage("gzip: inflates to more than 20000 bytes");
  }

  @Test
  void readsOrRefusesAnyGzip() {
    byte[] gzip = Gzip.compress("some text, some text".getBytes(UTF_8));
    var random = new Random(3);
    for (int i = 0; i < 5000; i++) {
      byte[] bytes =
          java.util.Arrays.copyOf(
              gzip, gzip.length - random.nextInt(2) * random.nextInt(gzip.length));
      for (int flips = random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        assertThat(Gzip.inflate(bytes, 1000)).isEqualTo("some text, some text".getBytes(UTF_8));
      } catch (MalformedException expected) {
        assertThat(expected).hasMessageStartingWith("gzip: ");
      }
    }
  }

  private static String read(StreamCodec codec, List<byte[]> messages) throws MalformedException {
    for (byte[] message : messages.subList(0, messages.size() - 1)) {
      assertThat(codec.read(message)).isInstanceOf(Frame.Part.class);
    }
    return codec.read(messages.getLast()) instanceof Frame.Value value
        ? new String(value.utf8(), UTF_8)
        : "no value";
  }
}
