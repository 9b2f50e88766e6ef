package dev.adit.relay.pages;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A name that a relay looks up for clients whose DNS does not work (derp §2.7).
///
/// @param name what is looked up
/// @param rollout whose TXT record says for how many percent of the clients; null for all
public record BootstrapName(String name, @Nullable String rollout) {
  private static final int MAX_NAME = 253;
  private static final int MAX_NAMES = 1000;

  public BootstrapName {
    if (!isName(name) || rollout != null && !isName(rollout)) {
      throw new IllegalArgumentException("not a DNS name: " + name);
    }
  }

  /// @param list `NAME` or `NAME/TXT-NAME`, separated by commas
  /// @throws IllegalArgumentException naming the entry that is wrong
  public static List<BootstrapName> parse(String list) {
    List<BootstrapName> names = new ArrayList<>();
    for (String entry : list.split(",", -1)) {
      String text = entry.strip();
      if (text.isEmpty()) {
        continue;
      }
      int slash = text.indexOf('/');
      names.add(
          slash < 0
              ? new BootstrapName(text, null)
              : new BootstrapName(text.substring(0, slash), text.substring(slash + 1)));
    }
    if (names.size() > MAX_NAMES) {
      throw new IllegalArgumentException(names.size() + " names, allowed " + MAX_NAMES);
    }
    return names;
  }

  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_NAME
        && text.chars()
            .allMatch(c ->
                c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || "-._".indexOf(c) >= 0);
  }
}
