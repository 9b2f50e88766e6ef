/// The certificates a server shows: from files, made by itself, or issued by an authority (ACME).
///
///     ClientHello ─▶ Certificates.choose ─▶ TlsIdentity ─┐
///                         RelayMeta.current ─────────────┴▶ the chain of this handshake
///
/// - Lives here: where certificates come from and which one a client gets. Elsewhere: TLS itself
///   (`dev.adit.net.frontdoor`), when to renew (`dev.adit.core.certificates`), making X.509
///   (`dev.adit.crypto`).
/// - Start with [Certificates].
@NullMarked
package dev.adit.net.certificates;

import org.jspecify.annotations.NullMarked;
