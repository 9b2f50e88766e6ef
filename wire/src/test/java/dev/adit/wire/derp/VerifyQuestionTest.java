package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerifyQuestionTest {
  private static final PublicKey KEY = PublicKey.of(new byte[PublicKey.BYTES]);
  private static final String JSON =
      "{\"NodePublic\":\"nodekey:" + "00".repeat(32) + "\",\"Source\":\"192.0.2.7\"}";

  @Test
  void isWrittenAndReadAsTheSpecificationHasIt() throws Exception {
    var question = new VerifyQuestion(KEY, "192.0.2.7");
    assertThat(question.toJson()).isEqualTo(JSON);
    assertThat(VerifyQuestion.fromJson(JSON.getBytes(UTF_8))).isEqualTo(question);
    String other = JSON.replace("NodePublic", "nodepublic").replace("{", "{\"New\":{\"a\":1},");
    assertThat(VerifyQuestion.fromJson(other.getBytes(UTF_8))).isEqualTo(question);
  }

  @Test
  void onlyTrueAllows() throws Exception {
    assertThat(VerifyQuestion.allows(VerifyQuestion.answer(true).getBytes(UTF_8))).isTrue();
    for (String no : List.of("{}", "{\"Allow\":false}", "{\"Allow\":null}")) {
      assertThat(VerifyQuestion.allows(no.getBytes(UTF_8))).as(no).isFalse();
    }
  }

  @Test
  void refusesWhatIsNone() {
    for (String bad :
        List.of("", "[]", "{", "{\"Allow\":1}", "{\"Allow\":\"true\"}", "{\"Allow\":true} x")) {
      assertThatThrownBy(() -> VerifyQuestion.allows(bad.getBytes(UTF_8)))
          .as(bad)
          .isInstanceOf(MalformedException.class);
    }
    for (String bad : List.of("{}", JSON.replace("node", "mode"), JSON.replace(":00", ":0"))) {
      assertThatThrownBy(() -> VerifyQuestion.fromJson(bad.getBytes(UTF_8)))
          .as(bad)
          .isInstanceOf(MalformedException.class);
    }
  }
}
