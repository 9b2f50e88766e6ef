/// Where the values of options come from: flag, then environment, then file, then default.
///
/// - Start with [Settings].
@NullMarked
package dev.adit.cli.config;

import org.jspecify.annotations.NullMarked;
