/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.derp.broken;

import org.jspecify.annotations.NullMarked;
