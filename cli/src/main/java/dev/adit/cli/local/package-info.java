/// Programs of ours on this machine, asked over their local sockets by commands.
///
/// - Start with [LocalProgram].
@NullMarked
package dev.adit.cli.local;

import org.jspecify.annotations.NullMarked;
