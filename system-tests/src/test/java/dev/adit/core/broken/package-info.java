/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.core.broken;

import org.jspecify.annotations.NullMarked;
