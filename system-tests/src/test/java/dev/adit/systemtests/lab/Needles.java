package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Looks for bytes in bytes, in every form in which they might have been written.
final class Needles {
  private Needles() {}

  /// Fails if one of the needles is there raw, as base64 (of either alphabet, at any offset in a
  /// longer text) or as hex.
  static void areNotIn(byte[] hay, Map<String, byte[]> needles) {
    String text = new String(hay, StandardCharsets.ISO_8859_1);
    needles.forEach((name, needle) -> {
      for (String form : forms(needle)) {
        assertThat(text.contains(form)).as(name + " as " + form).isFalse();
      }
    });
  }

  static List<String> forms(byte[] needle) {
    List<String> forms = new ArrayList<>();
    forms.add(new String(needle, StandardCharsets.ISO_8859_1));
    String hex = HexFormat.of().formatHex(needle);
    forms.add(hex);
    forms.add(hex.toUpperCase(Locale.ROOT));
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + needle.length];
      System.arraycopy(needle, 0, shifted, before, needle.length);
      String base64 = Base64.getEncoder().withoutPadding().encodeToString(shifted);
      // The characters at both ends also hold bits of what stands beside the needle.
      int from = (before * 8 + 5) / 6;
      int to = base64.length() - ((shifted.length % 3) == 0 ? 0 : 1);
      String sure = base64.substring(from, to);
      forms.add(sure);
      forms.add(sure.replace('+', '-').replace('/', '_'));
    }
    return forms;
  }
}
