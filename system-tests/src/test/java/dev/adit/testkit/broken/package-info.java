/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.testkit.broken;

import org.jspecify.annotations.NullMarked;
