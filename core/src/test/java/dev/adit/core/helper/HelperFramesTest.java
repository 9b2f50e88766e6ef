package dev.adit.core.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.MalformedException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HelperFramesTest {
  @Test
  void everyFrameComesOutAsItWentIn() throws MalformedException {
    Set<Object> kinds = new HashSet<>();
    for (HelperRequest request : Frames.requests()) {
      kinds.add(request.getClass());
      assertThat(HelperRequest.decode(request.encode()))
          .usingRecursiveComparison()
          .isEqualTo(request);
    }
    for (HelperAnswer answer : Frames.answers()) {
      kinds.add(answer.getClass());
      assertThat(HelperAnswer.decode(answer.encode())).usingRecursiveComparison().isEqualTo(answer);
    }
    int known =
        HelperRequest.class.getPermittedSubclasses().length
            + HelperAnswer.class.getPermittedSubclasses().length;
    assertThat(kinds).hasSize(known);
  }

  @Test
  void aFrameIsItsTypeAndItsFields() {
    assertThat(hex(new HelperRequest.Open(51_820).encode())).isEqualTo("03ca6c");
    byte[] send = new HelperRequest.Send(Frames.somewhere(), new byte[] {7}).encode();
    assertThat(hex(send)).isEqualTo("0b04c0000201ca6c07");
    assertThat(hex(new HelperAnswer.Failed("no").encode())).isEqualTo("0200026e6f");
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void whatIsCutOffOrTooLongIsMalformed() {
    for (HelperRequest request : Frames.requests()) {
      byte[] whole = request.encode();
      boolean endsWithPayload = request instanceof HelperRequest.Send;
      for (int length = 0; length < whole.length && !endsWithPayload; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> HelperRequest.decode(cut))
            .isInstanceOf(MalformedException.class)
            .hasMessageStartingWith("helper frame");
      }
      if (!endsWithPayload) {
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> HelperRequest.decode(longer))
            .isInstanceOf(MalformedException.class);
      }
    }
  }

  @Test
  void whatIsNotOfTheVocabularyIsMalformed() {
    for (int type : new int[] {0, 15, 255}) {
      assertThatThrownBy(() -> HelperRequest.decode(new byte[] {(byte) type}))
          .hasMessage("helper frame: type " + type + " is none");
    }
    byte[] peers = {4, (byte) 0xff, (byte) 0xff};
    assertThatThrownBy(() -> HelperRequest.decode(peers))
        .hasMessage("helper frame: list of 65535, allowed 100");
  }

  /// L-19: no key in any text.
  @Test
  void aClaimDoesNotPrintItsKey() {
    String text = Frames.requests().getFirst().toString();
    assertThat(text).doesNotContain(hex(Frames.KEY.bytes()));
    assertThat(text).contains("adit0");
  }
}
