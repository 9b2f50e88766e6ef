/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.core.brokentoo;

import org.jspecify.annotations.NullMarked;
