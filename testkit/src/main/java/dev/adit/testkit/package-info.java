/// For tests: a clock that is set by hand, a simulated network with loss, delay and blocks, a TLS
/// client without trust.
///
/// - Lives here: what tests of more than one module share. It imports `dev.adit.wire` only.
/// - Start with [EventQueue], then [SimNetwork].
@NullMarked
package dev.adit.testkit;

import org.jspecify.annotations.NullMarked;
