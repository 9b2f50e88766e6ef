/// HTTP/1.1 over Unix sockets: how the command line talks to a program on the same machine; a TCP
/// port for monitoring; and frames over Unix sockets, between an agent and its helper.
///
/// - Lives here: server, client, limits, who is at the other end. Elsewhere: the handlers (the
///   programs). Without Netty, because the agent must start fast.
/// - Start with [LocalServer] and [LocalClient]; for frames with [LocalFrames].
@NullMarked
package dev.adit.net.local;

import org.jspecify.annotations.NullMarked;
