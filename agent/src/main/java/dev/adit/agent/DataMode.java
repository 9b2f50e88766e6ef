package dev.adit.agent;

import java.util.Locale;

/// How WireGuard's packets reach the network (nat-traversal §5.1).
public enum DataMode {
  /// Native if this process may, else with a helper if there is one, else mux. The default.
  AUTO,

  /// WireGuard itself sends on direct paths; the agent probes from the same port, and steers. Needs
  /// CAP_NET_RAW.
  NATIVE,

  /// As native, for an agent without privileges: a helper has the interface and the raw sockets,
  /// and does for the agent what relay-rung RR-24 allows.
  HELPER,

  /// Every packet passes the agent, which has a port of its own.
  MUX,

  /// Every packet passes the agent and a relay; direct paths are never tried.
  RELAY_ONLY;

  /// Whether WireGuard itself sends on direct paths.
  public boolean sharesPort() {
    return this == NATIVE || this == HELPER;
  }

  /// As users write it: `relay-only`.
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// @throws IllegalArgumentException with a sentence
  public static DataMode parse(String text) {
    for (DataMode mode : values()) {
      if (mode.text().equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "mode '" + text + "': expected auto, native, helper, mux or relay-only");
  }
}
