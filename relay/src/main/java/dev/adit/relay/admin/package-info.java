/// What the operator of a relay asks it on its local socket: how it is, and to end a client's
/// connections; and the debug pages of derp §16.2 in this program's terms.
///
/// - Lives here: paths, answers, derper's names of what is counted. Elsewhere: the socket
///   (`dev.adit.net.local`), the commands that ask (`dev.adit.cli.relay`).
/// - Start with [RelayConsole].
@NullMarked
package dev.adit.relay.admin;

import org.jspecify.annotations.NullMarked;
