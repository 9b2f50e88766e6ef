/// The one executable: starts a program, or talks to a running one.
///
/// - Lives here: commands, their texts and exit codes. Elsewhere: the programs.
@NullMarked
package dev.adit.cli;

import org.jspecify.annotations.NullMarked;
