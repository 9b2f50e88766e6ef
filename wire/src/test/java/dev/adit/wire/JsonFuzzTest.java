package dev.adit.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Any bytes are a value within the limits of control R-MSG-1, or are refused (C-9, C-36).
class JsonFuzzTest {
  @FuzzTest
  void anyBytesAreJsonWithinTheLimitsOrRefused(byte @NotNull @WithLength(max = 8192) [] bytes)
      throws MalformedException {
    JsonObject object;
    try {
      object = Json.parseObject(bytes);
    } catch (MalformedException expected) {
      return;
    }
    checkLimits(object, 1);
    String text = object.toString();
    assertThat(text).matches("[ -~]*");
    assertThat(Json.parseObject(text)).hasToString(text);
    assertThat(Json.parseReport(text)).hasToString(text);
  }

  @FuzzTest
  void anyReportIsReadOrRefused(byte @NotNull @WithLength(max = 8192) [] bytes)
      throws MalformedException {
    JsonObject object;
    try {
      object = Json.parseReport(Json.decodeUtf8(bytes));
    } catch (MalformedException expected) {
      return;
    }
    checkLimits(object, 1);
    assertThat(Json.parseReport(object.toString())).hasToString(object.toString());
    for (String name : object.names()) {
      if (object.value(name) instanceof BigDecimal) {
        assertThat(object.thousandths(name)).isLessThan(Long.MAX_VALUE);
      }
    }
  }

  private static void checkLimits(@Nullable Object value, int depth) {
    switch (value) {
      case null -> {}
      case JsonObject object -> {
        assertThat(depth).isLessThanOrEqualTo(Json.MAX_DEPTH);
        for (String name : object.names()) {
          checkLimits(name, depth);
          checkLimits(object.value(name), depth + 1);
        }
      }
      case List<?> list -> {
        assertThat(depth).isLessThanOrEqualTo(Json.MAX_DEPTH);
        list.forEach(element -> checkLimits(element, depth + 1));
      }
      case String text -> assertThat(text).hasSizeLessThanOrEqualTo(Json.MAX_STRING);
      case Long integer -> assertThat(integer).isBetween(-Json.MAX_INTEGER, Json.MAX_INTEGER);
      case BigDecimal decimal -> assertThat(decimal.scale()).isBetween(0, 3);
      case Boolean _ -> {}
      default -> throw new AssertionError("unexpected " + value.getClass());
    }
  }
}
