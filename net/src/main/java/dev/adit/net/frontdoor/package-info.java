/// The one TCP port of a server: TLS, HTTP/1.1, and the decision where a connection goes.
///
/// - Lives here: Netty, and the interfaces by which relay and coordinator receive what is theirs.
///   `ByteBuf` never leaves this package.
/// - Start with `FrontDoor`.
@NullMarked
package dev.adit.net.frontdoor;

import org.jspecify.annotations.NullMarked;
