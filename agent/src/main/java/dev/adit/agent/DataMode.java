package dev.adit.agent;

import java.util.Locale;

/// How WireGuard's packets reach the network (nat-traversal §5.1).
public enum DataMode {
  /// Native if this process may, else mux. The default.
  AUTO,

  /// WireGuard itself sends on direct paths; the agent probes from the same port, and steers. Needs
  /// CAP_NET_RAW.
  NATIVE,

  /// Every packet passes the agent, which has a port of its own.
  MUX,

  /// Every packet passes the agent and a relay; direct paths are never tried.
  RELAY_ONLY;

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
        "mode '" + text + "': expected auto, native, mux or relay-only");
  }
}
