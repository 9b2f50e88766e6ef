package dev.adit.core.helper;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.MalformedException;

/// Whatever an agent in a stranger's hands or a broken helper sends is a frame, or malformed; what
/// is a frame is written as it is meant.
class HelperFramesFuzzTest {
  @FuzzTest
  void anyRequest(byte @NotNull @WithLength(max = 4096) [] bytes) {
    HelperRequest request;
    try {
      request = HelperRequest.decode(bytes);
    } catch (MalformedException expected) {
      return;
    }
    try {
      assertThat(HelperRequest.decode(request.encode()))
          .usingRecursiveComparison()
          .isEqualTo(request);
    } catch (MalformedException e) {
      throw new AssertionError(request.toString(), e);
    }
  }

  @FuzzTest
  void anyAnswer(byte @NotNull @WithLength(max = 4096) [] bytes) {
    HelperAnswer answer;
    try {
      answer = HelperAnswer.decode(bytes);
    } catch (MalformedException expected) {
      return;
    }
    try {
      assertThat(HelperAnswer.decode(answer.encode())).usingRecursiveComparison().isEqualTo(answer);
    } catch (MalformedException e) {
      throw new AssertionError(answer.toString(), e);
    }
  }
}
