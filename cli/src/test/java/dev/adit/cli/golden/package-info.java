/// What programs read of ours: the JSON of `-o json`, compared with committed files.
///
/// - Start with [GoldenFilesTest].
@NullMarked
package dev.adit.cli.golden;

import org.jspecify.annotations.NullMarked;
