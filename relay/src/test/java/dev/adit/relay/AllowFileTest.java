package dev.adit.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllowFileTest {
  private final Random random = new Random(1);
  private final PublicKey a = PrivateKey.generate(random).publicKey();
  private final PublicKey b = PrivateKey.generate(random).publicKey();
  private final PublicKey always = PrivateKey.generate(random).publicKey();

  @TempDir Path folder;

  @Test
  void followsTheFileAndKeepsTheOldListWhenItIsBad() throws IOException {
    Path file = Files.writeString(folder.resolve("allow"), a.toBase64() + " # laptop\n");
    try (var allow = AllowFile.open(file, Set.of(always))) {
      assertThat(allow.list().admits(a)).isTrue();
      assertThat(allow.list().admits(always)).isTrue();
      assertThat(allow.list().admits(b)).isFalse();

      Files.writeString(file, a.toBase64() + "\n" + b.toBase64() + "\n");
      allow.look();
      assertThat(allow.list().admits(b)).isTrue();

      Files.writeString(file, "nonsense\n");
      allow.look();
      assertThat(allow.list().size()).isEqualTo(3);

      Files.delete(file);
      allow.look();
      assertThat(allow.list().size()).isEqualTo(3);

      Files.writeString(file, "# nobody\n");
      allow.look();
      assertThat(allow.list().size()).isEqualTo(1);
    }
  }

  @Test
  void refusesAFileOfMoreThan16MiB() throws IOException {
    Path file = folder.resolve("allow");
    Files.writeString(file, " ".repeat(16 << 20));
    try (var allow = AllowFile.open(file, Set.of(always))) {
      assertThat(allow.list().size()).isEqualTo(1);
    }
    Files.writeString(file, " ", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> AllowFile.open(file, Set.of()))
        .hasMessage(file + ": larger than 16777216 bytes");
  }

  @Test
  void namesFileAndLineOfABadBeginning() throws IOException {
    Path file = Files.writeString(folder.resolve("allow"), "\nnonsense\n");
    assertThatThrownBy(() -> AllowFile.open(file, Set.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("line 2");
  }
}
