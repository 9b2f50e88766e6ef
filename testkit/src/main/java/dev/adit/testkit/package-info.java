/// For tests: a clock that is set by hand and a simulated network with loss, delay and blocks.
///
/// - Lives here: what tests of more than one module share. It imports `dev.adit.wire` only.
/// - Start with [EventQueue], then [SimNetwork].
@NullMarked
package dev.adit.testkit;

import org.jspecify.annotations.NullMarked;
