package dev.adit.wire.derp;

import dev.adit.crypto.PrivateKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.util.Locale;

/// The configuration file of `derper` (derp §15): `{"PrivateKey":"privkey:<64 hex digits>"}`.
public final class DerperKeyFile {
  private static final String PREFIX = "privkey:";

  private DerperKeyFile() {}

  /// @throws MalformedException without a word of the content, which may be secret
  public static PrivateKey parse(byte[] json) throws MalformedException {
    var text = new StringBuilder();
    DerpJson.read(
        json,
        "key file",
        (name, value) -> {
          if (name.equals("PrivateKey".toLowerCase(Locale.ROOT))) {
            text.setLength(0);
            text.append(value.asText("PrivateKey"));
          }
        });
    if (!text.toString().startsWith(PREFIX) || text.length() != PREFIX.length() + 64) {
      throw new MalformedException("DERP PrivateKey: needs privkey: and 64 hex digits");
    }
    return PrivateKey.of(Text.parseHex(text.substring(PREFIX.length())));
  }
}
