/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.wire.broken;

import org.jspecify.annotations.NullMarked;
