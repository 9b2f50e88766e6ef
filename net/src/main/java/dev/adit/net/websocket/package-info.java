/// WebSocket (RFC 6455), the client's side.
///
/// - Lives here: frames, masks, pings. Elsewhere: the server's side (`dev.adit.net.frontdoor`),
///   what the messages mean (`dev.adit.core.control`).
/// - Start with [WebSocketClient].
@NullMarked
package dev.adit.net.websocket;

import org.jspecify.annotations.NullMarked;
