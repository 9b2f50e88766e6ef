package dev.adit.systemtests.lab;

import java.util.Set;

/// Two sites, and what two nodes there reach.
///
/// @param left what `natlab.sh` builds for `l`
/// @param right what `natlab.sh` builds for `r`
record Cell(String left, String right, Expected expected) {
  /// What must come of a pair.
  enum Expected {
    /// A direct path, by plain probing.
    PLAIN("P"),
    /// The relay; a direct path needs guessing of ports, which Adit does not do yet.
    ASSISTED("A"),
    /// The relay.
    RELAYED("R");

    private final String letter;

    Expected(String letter) {
      this.letter = letter;
    }

    static Expected of(String letter) {
      for (Expected one : values()) {
        if (one.letter.equals(letter)) {
          return one;
        }
      }
      throw new IllegalArgumentException("'" + letter + "' is none of P, A, R");
    }

    boolean isDirect() {
      return this == PLAIN;
    }

    @Override
    public String toString() {
      return letter;
    }
  }

  private static final String V4 = "+v4";
  private static final String V6 = "+v6";
  private static final String DUAL = "+dual";

  private static final Set<String> HARD = Set.of("adm", "sym", "symseq", "cgnatsym");

  /// A site as people write it: without `+v6` and `+dual` it has IPv4 only.
  static Cell of(String left, String right, Expected expected) {
    return new Cell(scenario(left), scenario(right), expected);
  }

  private static String scenario(String site) {
    if (site.endsWith(DUAL)) {
      return site.substring(0, site.length() - DUAL.length());
    }
    return site.contains(V6 + "+") || site.endsWith(V6) || site.endsWith(V4) ? site : site + V4;
  }

  private static String word(String scenario) {
    if (scenario.endsWith(V4)) {
      return scenario.substring(0, scenario.length() - V4.length());
    }
    return scenario.endsWith(V6) ? scenario : scenario + DUAL;
  }

  /// As people write it: `portcone:sym`, `fw+v6:fw+v6`.
  String name() {
    return word(left) + ":" + word(right);
  }

  boolean isDual(boolean ofLeft) {
    String site = ofLeft ? left : right;
    return !site.endsWith(V4) && !site.endsWith(V6);
  }

  /// Whether the right host has no IPv4 address.
  boolean rightIsIpv6() {
    return right.endsWith(V6);
  }

  boolean leftIsIpv6() {
    return left.endsWith(V6);
  }

  /// A side whose gateway forwards a port to the host.
  boolean isForwarded(String host) {
    return (host.equals("l") ? left : right).contains("+fwd");
  }

  /// What `adit explain` must give on a side as the cause of a relayed pair.
  String cause(String host) {
    String own = host.equals("l") ? left : right;
    String other = host.equals("l") ? right : left;
    if (isBlocked(own)) {
      return "udp_blocked_here";
    }
    if (own.endsWith(V6) && other.endsWith(V4) || own.endsWith(V4) && other.endsWith(V6)) {
      return "no_common_family";
    }
    if (isBlocked(other)) {
      return "udp_blocked_there";
    }
    if (right.startsWith("isolated") || right.startsWith("samecgn")) {
      return "same_nat";
    }
    if (isHard(own)) {
      return isHard(other) ? "both_hard" : "hard_here";
    }
    return isHard(other) ? "hard_there" : "no_answer";
  }

  private static boolean isBlocked(String site) {
    return site.startsWith("udpblock") || site.startsWith("tcp443");
  }

  private static boolean isHard(String site) {
    String type = site.split("\\+", 2)[0];
    return HARD.contains(type) || site.contains("+nat66");
  }

  @Override
  public String toString() {
    return name();
  }
}
