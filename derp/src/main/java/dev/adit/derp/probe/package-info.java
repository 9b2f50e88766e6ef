/// Looks at relays from outside, as a client would find them (derp §18).
///
/// - Lives here: what is tried, and what counts as good. Elsewhere: how often, and what is printed
///   (`dev.adit.cli.relay`).
/// - Start with [Prober].
@NullMarked
package dev.adit.derp.probe;

import org.jspecify.annotations.NullMarked;
