/// Small files of a program's state: keys, the cached map, settings.
///
/// - Lives here: writing so that a crash leaves the old or the new file, never half of one.
///   Elsewhere: what is in them (the programs).
/// - Start with [StateFiles].
@NullMarked
package dev.adit.net.files;

import org.jspecify.annotations.NullMarked;
