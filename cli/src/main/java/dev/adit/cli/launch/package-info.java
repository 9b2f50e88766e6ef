/// How the Java machine is started fast: what `bin/make-dist` runs while packaging, and the command
/// lines by which one of our programs starts another.
///
/// - Start with [JavaCommand]; the shell's half is the script `adit`.
@NullMarked
package dev.adit.cli.launch;

import org.jspecify.annotations.NullMarked;
