/// HTTP requests and answers as values, shared by the front door and the local sockets.
///
/// - Start with [HttpHandler].
@NullMarked
package dev.adit.net.http;

import org.jspecify.annotations.NullMarked;
