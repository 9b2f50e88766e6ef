package dev.adit.core.coordinator;

import java.util.Locale;
import java.util.Set;

/// Names of nodes: one DNS label each, unique in their network (control R-JOIN-7).
public final class Names {
  public static final int LONGEST = 63;

  private Names() {}

  /// The label nearest to what was wished: lower case, everything but `a-z0-9-` becomes `-`, none
  /// at the ends; nothing left is `node`.
  public static String label(String wish) {
    var label = new StringBuilder(LONGEST);
    String lower = wish.toLowerCase(Locale.ROOT);
    for (int i = 0; i < lower.length() && label.length() < LONGEST; i++) {
      char c = lower.charAt(i);
      boolean allowed = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
      if (allowed || !label.isEmpty()) {
        label.append(allowed ? c : '-');
      }
    }
    while (!label.isEmpty() && label.charAt(label.length() - 1) == '-') {
      label.setLength(label.length() - 1);
    }
    return label.isEmpty() ? "node" : label.toString();
  }

  /// `label` itself, or with `-2`, `-3` … if it is taken; shortened so that the suffix fits.
  ///
  /// @param taken at least all names that begin with [#stem]
  public static String free(String label, Set<String> taken) {
    String name = label;
    for (int n = 2; taken.contains(name); n++) {
      String suffix = "-" + n;
      int keep = Math.min(label.length(), LONGEST - suffix.length());
      name = label.substring(0, keep) + suffix;
    }
    return name;
  }

  /// What every name that [#free] could give for `label` begins with.
  public static String stem(String label) {
    return label.substring(0, Math.min(label.length(), LONGEST - "-10000".length()));
  }
}
