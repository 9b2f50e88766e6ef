package dev.adit.wire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.MalformedException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTextTest {
  private static final String HOST = "https://vpn.example.org/";
  private static final String KEY =
      "adit1.AAECAwQF.EBESExQVFhcYGRobHB0eHyAhIiMkJSYn.ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ";
  private static final String NO_PART =
      "join key: no '#adit1.' part; expected https://HOST/#adit1.…";

  /// C-2: also with white space around.
  @ParameterizedTest
  @CsvSource({
    "https://vpn.example.org/, vpn.example.org, 443, https://vpn.example.org",
    "https://vpn.example.org, vpn.example.org, 443, https://vpn.example.org",
    "HTTPS://VPN.example.org:443/, vpn.example.org, 443, https://vpn.example.org",
    "https://192.0.2.1:8443/, 192.0.2.1, 8443, https://192.0.2.1:8443",
    "https://[2001:DB8::1]:8443/, 2001:db8::1, 8443, https://[2001:db8::1]:8443",
    "https://[2001:db8::1], 2001:db8::1, 443, https://[2001:db8::1]",
  })
  void takesEveryKindOfHost(String url, String host, int port, String canonical)
      throws MalformedException {
    var key = JoinKey.parse("  " + url + "#" + KEY + "\n");
    assertThat(key.url()).isEqualTo(new HttpsUrl(host, port)).hasToString(canonical);
    assertThat(key.text()).isEqualTo(canonical + "/#" + KEY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://vpn.example.org/",
        "https://vpn.example.org/path/",
        "https://user@vpn.example.org/",
        "https://vpn.example.org/?q",
        "https://:443/",
        "https:///",
        "https://[192.0.2.1]/",
        "https://[::1/",
        "https://::1/",
        "https://vpn.example.org:0/",
        "https://vpn.example.org:65536/",
        "https://vpn.example.org:4a/",
        "https://vpn.example.org:/",
        "",
      })
  void refusesOtherAddresses(String url) {
    assertThatThrownBy(() -> JoinKey.parse(url + "#" + KEY))
        .isInstanceOf(MalformedException.class)
        .hasMessage("join key: the address before '#' is not https://HOST[:PORT]/; copy it again");
  }

  /// C-2: 90 and 92 characters.
  @Test
  void saysThatAKeyIsCutOff() {
    refuses(
        HOST + "#" + KEY.substring(0, 87),
        "join key: 87 characters after '#', need 91; it looks cut off, copy it again");
    refuses(
        HOST + "#" + KEY.substring(0, 90),
        "join key: 90 characters after '#', need 91; it looks cut off, copy it again");
    refuses(
        HOST + "#" + KEY + "A",
        "join key: 92 characters after '#', need 91; it looks cut off, copy it again");
  }

  /// C-2: a wrong prefix.
  @ParameterizedTest
  @ValueSource(strings = {"", "https://vpn.example.org/", "https://vpn.example.org/#", "#adit2.x"})
  void saysThatThereIsNoKey(String text) {
    refuses(text, NO_PART);
    refuses(HOST + "#" + KEY.replace("adit1", "adit2"), NO_PART);
    refuses(HOST + "#" + KEY.replace("adit1", "aditadm1"), NO_PART);
  }

  /// C-2: `=`, an end that is not canonical.
  @Test
  void pointsAtTheCharacterThatIsWrong() {
    refusesAt(17, KEY.substring(0, 16) + "+" + KEY.substring(17));
    refusesAt(15, KEY.replaceFirst("F\\.E", "FxE"));
    refusesAt(20, KEY.substring(0, 19) + "." + KEY.substring(20));
    refusesAt(91, KEY.substring(0, 90) + "=");
    refusesAt(91, KEY.substring(0, 90) + "R"); // unused bits of the last character not zero
  }

  @Test
  void readsAdminTokensToo() throws MalformedException {
    var made =
        AdminToken.create(
            HttpsUrl.literal("https://vpn.example.org"),
            Samples.ROOT.verifyingKey(),
            new Random(1));
    String text = made.text();
    assertThat(text.substring(text.indexOf('#') + 1)).hasSize(94).startsWith("aditadm1.");
    var read = AdminToken.parse(text);
    assertThat(read.secret()).isEqualTo(made.secret());
    assertThat(read.toString()).isEqualTo("AdminToken[" + made.id() + "]");
    assertThatThrownBy(() -> AdminToken.parse(text.substring(0, text.length() - 1)))
        .hasMessage(
            "admin token: 93 characters after '#', need 94; it looks cut off, copy it again");
  }

  private static void refusesAt(int position, String key) {
    refuses(
        HOST + "#" + key,
        "join key: character " + position + " after '#' is not allowed there; copy it again");
  }

  private static void refuses(String text, String message) {
    assertThatThrownBy(() -> JoinKey.parse(text))
        .isInstanceOf(MalformedException.class)
        .hasMessage(message);
  }
}
