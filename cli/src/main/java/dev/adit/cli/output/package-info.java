/// How results are printed: as a table for people, as JSON or YAML for programs.
///
/// - Start with [OutputOption].
@NullMarked
package dev.adit.cli.output;

import org.jspecify.annotations.NullMarked;
