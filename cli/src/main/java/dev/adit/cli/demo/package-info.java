/// `adit demo`: the whole system on this one machine, in a NAT lab, measured from outside.
///
/// For each [Row]: build the lab → `adit serve` on the server → `adit up KEY` left, then right →
/// ping → wait for the expected path → move 50 MB → compare what the agents say with what the
/// routers counted.
///
/// - Lives here: the rows, the story of one row ([RowRun]), the judgement ([Verdict]), printing.
///   Elsewhere: the lab itself (`dev.adit.cli.lab`).
/// - Start with [RowRun].
@NullMarked
package dev.adit.cli.demo;

import org.jspecify.annotations.NullMarked;
