/// Agents' streams: who is connected, what is told to whom.
///
///     event loops                     hub thread                    writer thread
///     ───────────                     ──────────                    ─────────────
///     AgentStream ── hello, join ──▶  Hub ───────── transaction ──▶ store.Writer
///      (one each)  ◀── map, delta ──   NetworkRoom (each) ◀────── committed ───┘
///
/// - Noise and message limits: each stream on its connection's event loop. What is known of
///   networks and presence, and every decision what to send: the hub thread, which never blocks.
/// - Start with [dev.adit.coordinator.stream.Hub].
@NullMarked
package dev.adit.coordinator.stream;

import org.jspecify.annotations.NullMarked;
