/// The only door outside: sockets, TLS, event loops, the clock, Linux interfaces.
///
/// - Lives here: everything that does I/O or reads a clock. Elsewhere: what to say
///   (`dev.adit.core`), how it looks in bytes (`dev.adit.wire`).
/// - Start with [Clock].
@NullMarked
package dev.adit.net;

import org.jspecify.annotations.NullMarked;
