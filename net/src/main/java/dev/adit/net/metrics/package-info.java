/// What a program counts, as values: each program fills [Readings] from its own counters when it is
/// asked, so that counting costs an addition and nothing else.
///
/// - Lives here: names, labels, values. Elsewhere: the TCP server they are asked for
///   (`dev.adit.net.local`), the text format (`dev.adit.cli.metrics`), the counters themselves (the
///   programs).
/// - Names follow Prometheus: `adit_` first, the unit last, `_total` for counters; a counter that
///   only falls at a restart. Labels have a bounded set of values and never hold a key, a name or
///   an address: a page of metrics may be shown to everybody.
/// - Start with [Readings].
@NullMarked
package dev.adit.net.metrics;

import org.jspecify.annotations.NullMarked;
