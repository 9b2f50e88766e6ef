package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.MalformedException;
import java.util.Arrays;

/// Any payload is a frame of its type or is refused; what was decoded encodes to something that
/// decodes to the same. The same holds for what stands in the handshake's boxes.
class DerpFrameFuzzTest {
  /// The first byte is the type, all others are the payload.
  @FuzzTest
  void anyPayloadIsAFrameOrRefused(byte @NotNull @WithLength(max = 2048) [] bytes)
      throws MalformedException {
    if (bytes.length == 0) {
      return;
    }
    int type = bytes[0] & 0xff;
    DerpFrame frame;
    try {
      frame = DerpFrame.decode(type, bytes, 1, bytes.length - 1);
    } catch (MalformedException expected) {
      return;
    }
    byte[] encoded = frame.encode();
    assertThat(encoded[0]).isEqualTo(bytes[0]);
    var again = DerpFrame.decode(encoded);
    assertThat(again.encode()).isEqualTo(encoded);
    assertThat(again.getClass()).isEqualTo(frame.getClass());
    // Wherever the payload lies in its array.
    byte[] elsewhere = new byte[bytes.length + 10];
    Arrays.fill(elsewhere, (byte) 0xaa);
    System.arraycopy(bytes, 1, elsewhere, 3, bytes.length - 1);
    var moved = DerpFrame.decode(type, elsewhere, 3, bytes.length - 1);
    assertThat(moved.encode()).isEqualTo(encoded);
  }

  @FuzzTest
  void anyClientInfoIsReadOrRefused(byte @NotNull @WithLength(max = 4096) [] json)
      throws MalformedException {
    ClientInfo info;
    try {
      info = ClientInfo.fromJson(json);
    } catch (MalformedException expected) {
      return;
    }
    var again = ClientInfo.fromJson(info.toJson().getBytes(UTF_8));
    assertThat(again.toJson()).isEqualTo(info.toJson());
    assertThat(again.meshKey()).isEqualTo(info.meshKey());
    assertThat(again.appName()).isEqualTo(info.appName());
    assertThat(again.version()).isEqualTo(info.version());
  }

  @FuzzTest
  void anyServerInfoIsReadOrRefused(byte @NotNull @WithLength(max = 4096) [] json)
      throws MalformedException {
    ServerInfo info;
    try {
      info = ServerInfo.fromJson(json);
    } catch (MalformedException expected) {
      return;
    }
    assertThat(ServerInfo.fromJson(info.toJson().getBytes(UTF_8))).isEqualTo(info);
  }
}
