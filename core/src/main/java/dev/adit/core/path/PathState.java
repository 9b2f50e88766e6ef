package dev.adit.core.path;

/// How a peer's packets travel (nat-traversal §3.4, relay-rung §1.3).
///
/// ```
///            packet, CALL            full-size answer
///   IDLE ───────────────▶ RELAYED ────────────────────▶ DIRECT ◀──┐
///    ▲                     │   ▲                          │ trust  │ answer
///    │ 45 s silence        │   │ 2 s                      ▼ ends   │
///    └── from all          │   └───────────────────── SUSPECT ─────┘
///                          ▼ relay or peer gone
///                         DEAD      back: RELAYED; full-size answer: DIRECT
/// ```
public enum PathState {
  IDLE("No payload for 45 s; the next packet goes by the relay and starts everything."),
  RELAYED("By the relay, while direct candidates are tried."),
  DIRECT("By the selected direct path, which answers our probes."),
  SUSPECT("By both: the selected path has not answered for longer than we trust it."),
  DEAD(
      "The relay, or the peer's connection to it, is gone and no path is proven: by the last selected"
          + " path, if any, and by the relay should it be back.");

  private final String sentence;

  PathState(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
