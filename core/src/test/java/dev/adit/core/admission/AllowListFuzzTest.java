package dev.adit.core.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import java.util.Set;

/// Any text is a list of usable keys or is refused, naming the line; the keys written one a line
/// are the same list.
class AllowListFuzzTest {
  @FuzzTest
  void anyTextIsAListOfKeysOrRefused(byte @NotNull @WithLength(max = 1024) [] bytes)
      throws MalformedException {
    Set<PublicKey> keys;
    try {
      keys = AllowList.parse(new String(bytes, UTF_8));
    } catch (MalformedException expected) {
      assertThat(expected.getMessage()).matches("allow list, line [0-9]+: [a-zA-Z0-9 ]+");
      return;
    }
    assertThat(keys).allMatch(PublicKey::isUsable);
    var text = new StringBuilder();
    keys.forEach(key -> text.append(key.toBase64()).append('\n'));
    assertThat(AllowList.parse(text.toString())).isEqualTo(keys);
  }
}
