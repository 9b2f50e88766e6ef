/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.wire.brokentoo;

import org.jspecify.annotations.NullMarked;
