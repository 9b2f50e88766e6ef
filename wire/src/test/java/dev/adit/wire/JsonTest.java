package dev.adit.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void readsAndWritesEveryKindOfValueInItsOrder() throws MalformedException {
    String text =
        "{\"z\":\"a\\\"b\\\\c\\u00e4\\u000a\",\"i\":-9007199254740991,\"t\":true,\"f\":false,"
            + "\"n\":null,\"a\":[1,\"x\",[],{}],\"o\":{\"k\":0}}";
    assertThat(Json.parseObject(text)).hasToString(text);
    assertThat(Json.parseObject(text).string("z")).isEqualTo("a\"b\\cä\n");
  }

  @Test
  void carriesThreeDecimalsInReportsOnly() throws MalformedException {
    long[] thousandths = {0, 1, 10, 12, 100, 999, 1_000, 1_050, 12_034, 9_007_199_254_740_991L};
    String[] texts = {
      "0", "0.001", "0.01", "0.012", "0.1", "0.999", "1", "1.05", "12.034", "9007199254740.991"
    };
    for (int i = 0; i < texts.length; i++) {
      String json = "{\"ms\":" + texts[i] + "}";
      var writer = new JsonWriter().beginObject().name("ms").thousandths(thousandths[i]);
      assertThat(writer.endObject()).hasToString(json);
      var report = Json.parseReport(json);
      assertThat(report.thousandths("ms")).isEqualTo(thousandths[i]);
      assertThat(report).hasToString(json);
    }
    for (String bad : new String[] {"1.0001", "1e3", "1.5E2", "123456789012345678.1", "1."}) {
      String json = "{\"ms\":" + bad + "}";
      assertThatThrownBy(() -> Json.parseReport(json)).isInstanceOf(MalformedException.class);
    }
    var fraction = Json.parseReport("{\"n\":1.5}");
    assertThatThrownBy(() -> fraction.integer("n"))
        .hasMessage("member n: has decimals, needs an integer");
  }

  @Test
  void treatsAbsentAndNullAlike() throws MalformedException {
    var object = Json.parseObject("{\"n\":null}");
    assertThat(object.has("n")).isFalse();
    assertThat(object.optionalString("n")).isNull();
    assertThat(object.optionalObject("m")).isNull();
    assertThat(object.strings("n", 1)).isEmpty();
    assertThat(object.integerOr("n", 7, 0, 9)).isEqualTo(7);
    assertThat(object.boolOr("m", true)).isTrue();
  }

  @Test
  void namesTheMemberThatIsWrong() throws MalformedException {
    var object = Json.parseObject("{\"s\":1,\"i\":\"x\",\"a\":[1,2,3],\"o\":[],\"b\":{}}");
    assertThatThrownBy(() -> object.string("s"))
        .hasMessage("member s: is an integer, needs a string");
    assertThatThrownBy(() -> object.integer("i"))
        .hasMessage("member i: is a string, needs an integer");
    assertThatThrownBy(() -> object.integer("s", 2, 3)).hasMessage("member s: 1, allowed 2 to 3");
    assertThatThrownBy(() -> object.integers("a", 2, 0, 9))
        .hasMessage("member a: 3 elements, allowed 2");
    assertThatThrownBy(() -> object.strings("a", 3))
        .hasMessage("member a: is an integer, needs an array of strings");
    assertThatThrownBy(() -> object.object("o"))
        .hasMessage("member o: is an array, needs an object");
    assertThatThrownBy(() -> object.bool("b"))
        .hasMessage("member b: is an object, needs true or false");
    assertThatThrownBy(() -> object.string("none"))
        .hasMessage("member none: is missing, needs a string");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"a\":1,}",
        "{\"a\":1}x",
        "{\"a\":1}{}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1.0}",
        "{\"a\":1e3}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":9007199254740992}",
        "{\"a\":-9007199254740992}",
        "{\"a\":100000000000000000000}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":null,\"\\u0061\":1}",
        "{\"a\":\"\\ud800\"}",
        "{\"\\udc00\":1}",
        "{\"a\":\"\u0001\"}",
        "// c\n{}",
        "[]",
        "1",
        "null"
      })
  void refusesWhatIsNotStrict(String text) {
    assertThatThrownBy(() -> Json.parseObject(text)).isInstanceOf(MalformedException.class);
  }

  @Test
  void boundsDepthAndStrings() throws MalformedException {
    assertThat(Json.parse("[".repeat(16) + "]".repeat(16))).isInstanceOf(List.class);
    assertThatThrownBy(() -> Json.parse("[".repeat(17) + "]".repeat(17)))
        .isInstanceOf(MalformedException.class);
    assertThat(Json.parse("\"" + "x".repeat(65_536) + "\"")).isInstanceOf(String.class);
    assertThatThrownBy(() -> Json.parse("\"" + "x".repeat(65_537) + "\""))
        .isInstanceOf(MalformedException.class);
    assertThat(Json.parseObject("{\"" + "x".repeat(65_536) + "\":1}").names()).hasSize(1);
    assertThatThrownBy(() -> Json.parseObject("{\"" + "x".repeat(65_537) + "\":1}"))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void refusesWhatIsNotUtf8() throws MalformedException {
    assertThat(Json.parseObject("{\"ä\":\"€😀\"}".getBytes(UTF_8)).string("ä")).isEqualTo("€😀");
    for (String bad : new String[] {"c3", "c328", "eda080", "f5808080", "c080", "ff"}) {
      byte[] utf8 = bytes("22" + bad + "22");
      assertThatThrownBy(() -> Json.decodeUtf8(utf8)).isInstanceOf(MalformedException.class);
    }
    byte[] utf16 = "{\"a\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
    assertThatThrownBy(() -> Json.parseObject(utf16)).isInstanceOf(MalformedException.class);
  }

  @Test
  void quotesNothingOfWhatItRefuses() {
    assertThatThrownBy(() -> Json.parseObject("{\"a\":hunter2}"))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("JSON: not valid")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void readsOrRefusesAnyBytesAndWritesWhatItRead() {
    byte[] seed =
        "{\"type\":\"x\",\"list\":[1,-2,\"\\u00e4\\n\",{\"b\":true,\"n\":null}]}".getBytes(UTF_8);
    var random = new Random(42);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = seed.clone();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        String once = Json.parseObject(bytes).toString();
        assertThat(Json.parseObject(once)).hasToString(once);
        read++;
      } catch (MalformedException expected) {
        assertThat(expected).hasMessageStartingWith("JSON: ");
      }
    }
    assertThat(read).isPositive();
  }

  private static byte[] bytes(String hex) {
    return java.util.HexFormat.of().parseHex(hex);
  }
}
