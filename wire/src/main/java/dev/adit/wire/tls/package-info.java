/// What a server reads of TLS itself, before its TLS library does.
///
/// - Lives here: the names a client asks for. Elsewhere: TLS (`dev.adit.net.frontdoor`).
/// - Start with [ClientHello].
@NullMarked
package dev.adit.wire.tls;

import org.jspecify.annotations.NullMarked;
