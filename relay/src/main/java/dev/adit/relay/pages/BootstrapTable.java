package dev.adit.relay.pages;

import dev.adit.crypto.Hash;
import dev.adit.wire.BigEndian;
import dev.adit.wire.IpAddress;
import dev.adit.wire.JsonWriter;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The addresses found at one time, and who may know them (derp §2.7). Immutable.
///
/// An unpublished name is told only to those who ask for it by name, and never together with
/// another (derp §17.33).
///
/// @param published for everybody
/// @param unpublished by name
record BootstrapTable(Map<String, List<IpAddress>> published, Map<String, Hidden> unpublished) {
  static final BootstrapTable EMPTY = new BootstrapTable(Map.of(), Map.of());

  BootstrapTable {
    published = Map.copyOf(published);
    unpublished = Map.copyOf(unpublished);
  }

  /// @param percent of the clients who may know it, 0 to 100
  record Hidden(List<IpAddress> addresses, int percent) {}

  /// What came of a question.
  enum Outcome {
    PUBLISHED_HIT("Asked for a published name, or for none."),
    PUBLISHED_MISS("Asked for a name that is not known; told the published ones."),
    UNPUBLISHED_HIT("Told an unpublished name."),
    UNPUBLISHED_MISS("Asked for an unpublished name that has no address now."),
    UNPUBLISHED_PERCENT_MISS("Asked for an unpublished name, but is not among the percentage.");

    final String sentence;

    Outcome(String sentence) {
      this.sentence = sentence;
    }
  }

  /// @param query null if none was asked for by name
  /// @param client null if unknown
  Outcome ask(@Nullable String query, @Nullable IpAddress client, RandomGenerator random) {
    if (query == null || published.containsKey(query)) {
      return Outcome.PUBLISHED_HIT;
    }
    var hidden = unpublished.get(query);
    if (hidden == null) {
      return Outcome.PUBLISHED_MISS;
    }
    if (hidden.addresses().isEmpty()) {
      return Outcome.UNPUBLISHED_MISS;
    }
    return isAmong(hidden.percent(), client, random)
        ? Outcome.UNPUBLISHED_HIT
        : Outcome.UNPUBLISHED_PERCENT_MISS;
  }

  /// The same for a client each time, so that it does not see the name come and go; but for
  /// loopback, where everybody may come from, anew each time.
  private static boolean isAmong(int percent, @Nullable IpAddress client, RandomGenerator random) {
    if (percent <= 0 || percent >= 100) {
      return percent >= 100;
    }
    if (client == null) {
      return false;
    }
    int draw =
        client.isLoopback()
            ? random.nextInt(100)
            : Integer.remainderUnsigned(BigEndian.u32(Hash.sha256(client.bytes()), 0), 100);
    return draw < percent;
  }

  /// The body that goes with [Outcome#UNPUBLISHED_HIT].
  String hidden(String name) {
    var hidden = unpublished.get(name);
    return json(Map.of(name, hidden == null ? List.of() : hidden.addresses()));
  }

  /// The body that goes with every other outcome.
  String everybodys() {
    return json(published);
  }

  private static String json(Map<String, List<IpAddress>> names) {
    if (names.isEmpty()) {
      return "{}";
    }
    var text = new StringBuilder("{");
    String separator = "\n\t";
    for (String name : names.keySet().stream().sorted().toList()) {
      text.append(separator).append(new JsonWriter().value(name)).append(": [");
      String between = "\n\t\t";
      for (var address : names.getOrDefault(name, List.of())) {
        text.append(between).append('"').append(address).append('"');
        between = ",\n\t\t";
      }
      text.append("\n\t]");
      separator = ",\n\t";
    }
    return text.append("\n}").toString();
  }
}
