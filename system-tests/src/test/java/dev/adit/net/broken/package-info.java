/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.net.broken;

import org.jspecify.annotations.NullMarked;
