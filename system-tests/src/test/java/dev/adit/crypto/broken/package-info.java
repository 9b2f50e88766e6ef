/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.crypto.broken;

import org.jspecify.annotations.NullMarked;
