/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.relay.broken;

import org.jspecify.annotations.NullMarked;
