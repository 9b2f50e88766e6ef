/// Breaks a rule on purpose, for `ArchitectureTest`.
@NullMarked
package dev.adit.agent.broken;

import org.jspecify.annotations.NullMarked;
