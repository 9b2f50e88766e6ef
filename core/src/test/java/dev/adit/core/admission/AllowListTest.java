package dev.adit.core.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AllowListTest {
  private final Random random = new Random(1);
  private final PublicKey a = PrivateKey.generate(random).publicKey();
  private final PublicKey b = PrivateKey.generate(random).publicKey();
  private final PublicKey stranger = PrivateKey.generate(random).publicKey();

  @Test
  void readsOneKeyALineAndPassesOverComments() throws MalformedException {
    String text =
        "# our relay\n\n" + a.toBase64() + "\n  " + b.toBase64() + "  # the laptop\r\n#\n";
    assertThat(AllowList.parse(text)).containsExactlyInAnyOrder(a, b);
    assertThat(AllowList.parse("")).isEmpty();
  }

  @Test
  void namesTheLineThatIsBad() {
    assertThatThrownBy(() -> AllowList.parse(a.toBase64() + "\nnot a key\n"))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("line 2")
        .hasMessageNotContaining("not a key\n");
    assertThatThrownBy(() -> AllowList.parse(PublicKey.of(new byte[32]).toBase64()))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void allowsEveryPairOfListedKeys() {
    var list = new AllowList(Set.of(a, b));
    assertThat(list.admits(a)).isTrue();
    assertThat(list.admits(stranger)).isFalse();
    assertThat(list.allows(a, b)).isTrue();
    assertThat(list.allows(a, a)).isTrue();
    assertThat(list.allows(a, stranger)).isFalse();
    assertThat(list.allows(stranger, b)).isFalse();
  }

  @Test
  void keepsTheOldListWhenTheNewOneIsBad() throws MalformedException {
    var list = new AllowList(Set.of(a, b));
    var revoked = new HashSet<PublicKey>();
    list.onRevoked(revoked::addAll);
    assertThatThrownBy(() -> list.reload("oops")).isInstanceOf(MalformedException.class);
    assertThat(list.admits(a)).isTrue();
    assertThat(revoked).isEmpty();
    list.reload(b.toBase64());
    assertThat(list.admits(a)).isFalse();
    assertThat(revoked).containsExactly(a);
  }

  @Test
  void openAdmitsEverybody() {
    var open = new OpenAdmission();
    assertThat(open.admits(stranger)).isTrue();
    assertThat(open.allows(a, stranger)).isTrue();
  }
}
