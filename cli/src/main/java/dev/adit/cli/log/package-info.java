/// How log lines look, and what is hidden in them.
///
/// - Lives here: the encoder, its two forms (text, JSON), the redaction. Elsewhere: where it is put
///   to use (`dev.adit.cli.launch.Logging`), what is logged (the programs, by
///   `dev.adit.net.log.LogLine`).
/// - Start with [LineEncoder].
@NullMarked
package dev.adit.cli.log;

import org.jspecify.annotations.NullMarked;
