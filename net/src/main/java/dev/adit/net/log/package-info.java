/// How programs log: each line says what happened by a stable name, an *event*, with fields.
///
/// What is logged above DEBUG goes to places where many may read it: no secret, no address, and
/// keys abbreviated at most. Names and ids of nodes, networks and relays are fine. The encoder
/// (`dev.adit.cli.log`) hides what slips through, such as an address in an exception's message.
///
/// - Start with [LogLine].
@NullMarked
package dev.adit.net.log;

import org.jspecify.annotations.NullMarked;
