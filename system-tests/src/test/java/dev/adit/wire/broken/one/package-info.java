/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.wire.broken.one;

import org.jspecify.annotations.NullMarked;
