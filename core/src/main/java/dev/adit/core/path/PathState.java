package dev.adit.core.path;

/// How a peer's packets travel (nat-traversal §3.4, relay-rung §1.3; mux mode).
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
  /// No payload for 45 s; the next packet goes by the relay and starts everything.
  IDLE,
  /// By the relay, while direct candidates are tried.
  RELAYED,
  /// By the selected direct path, which answers our probes.
  DIRECT,
  /// By both: the selected path has not answered for longer than we trust it.
  SUSPECT,
  /// The relay or the peer's connection to it is gone and no path is proven: by the last selected
  /// path, if any, and by the relay should it be back.
  DEAD
}
